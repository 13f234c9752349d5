import BaseEncodings
import Diagnostics
import TPMStructures

extension Approval {
  private static let names = ["label", "approvedPolicy", "signature", "pcrDigest", "pcrs"]

  init?(_ place: JSONFileReader.Place, bank: HashAlgorithm, _ reader: inout JSONFileReader) {
    let members = reader.members(place, Self.names)
    let label = reader.string(members["label"])
    let approvedPolicy = reader.hexadecimal(members["approvedPolicy"], count: 32)
    let signature = reader.base64(members["signature"])
    let pcrDigest = reader.hexadecimal(members["pcrDigest"], count: 32)
    let pcrs = PCRValues(members["pcrs"], bank: bank, &reader)
    guard let label, let approvedPolicy, let signature, let pcrDigest, let pcrs else { return nil }
    guard signature.count == 64, !label.isEmpty, label.utf8.count <= 200 else {
      reader.error("a label of 1 to 200 bytes and a signature of 64 bytes are expected", at: place)
      return nil
    }
    self.init(label: label, pcrs: pcrs, pcrDigest: pcrDigest, approvedPolicy: approvedPolicy, signature: signature)
  }

  var json: JSONText {
    .object([
      JSONText.Member("label", .string(label)),
      JSONText.Member("approvedPolicy", .string(Hexadecimal.text(approvedPolicy))),
      JSONText.Member("signature", .string(Base64.string(signature))),
      JSONText.Member("pcrDigest", .string(Hexadecimal.text(pcrDigest))),
      JSONText.Member("pcrs", pcrs.json),
    ])
  }
}

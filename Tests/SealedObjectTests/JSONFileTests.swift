import Diagnostics
import Foundation
import SealedObject
import TPMStructures
import Testing

@Suite("Sidecar and identity files")
struct JSONFileTests {
  static func identity(_ pcrs: [PCRValues]) throws -> TPMIdentity {
    try TPMIdentity(
      manufacturer: "IBM", firmware: "2.0.163", srk: try Samples.srk(),
      ek: TPMIdentity.EndorsementKey(publicArea: try Samples.srk().publicArea, certificate: nil),
      epoch: try Samples.epoch(), pcrs: pcrs, eventLog: [1, 2, 3, 4])
  }

  @Test("an identity is read as it was printed, and Foundation reads the same members")
  func identityRoundTrip() throws {
    let identity = try Self.identity([try Samples.pcrs(), try Samples.pcrs(.sha384)])
    let (read, report) = TPMIdentity.read(identity.text)
    #expect(report.isEmpty, "\(report.findings)")
    #expect(read == identity)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(identity.text)) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "version", "manufacturer", "firmware", "srk", "ek", "epoch", "banks", "pcrs", "eventLog",
      ])
    #expect((object["epoch"] as? [String: Any])?["value"] as? Int == 1)
    #expect(Data(base64Encoded: (object["eventLog"] as? String) ?? "") == Data([1, 2, 3, 4]))
    let srk = (object["srk"] as? [String: Any])?["public"] as? String
    #expect(Data(base64Encoded: srk ?? "") == Data(try Samples.fixture("srk.tpm2b")))
  }

  @Test("a TPM with SHA-1 banks only is refused")
  func onlySHA1() throws {
    let sha1 = try PCRValues(bank: .sha1, [7: [UInt8](repeating: 1, count: 20)])
    #expect(throws: SealedObjectError.onlySHA1) { try Self.identity([sha1]) }
    #expect(throws: SealedObjectError.onlySHA1) { try Self.identity([]) }
    #expect(try Self.identity([sha1, try Samples.pcrs()]).pcrs.count == 2)
  }

  @Test("a flipped bit of an identity is refused or reads as another identity, never as the same")
  func identityFlips() throws {
    let identity = try Self.identity([try Samples.pcrs()])
    for bit in 0..<(identity.text.count * 8) {
      var flipped = identity.text
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      let (read, report) = TPMIdentity.read(flipped)
      #expect((read == nil) == report.hasErrors)
      #expect(read != identity, "bit \(bit)")
      if let read { #expect(read.text == flipped) }
    }
  }

  @Test(
    "what is wrong is told with its place",
    arguments: [
      ("\"version\": 1,", "\"version\": 2,", "$.version", 2, 14),
      ("\"version\": 1,", "\"version\": 1, ", "$", 2, 16),
      ("\"version\": 1,", "\"version\": 01,", nil, 2, 14),
      ("\"version\": 1,", "\"version\" 1,", nil, 2, 13),
      ("\"cluster\": \"prod\"", "\"cluster\": 7", "$.cluster", 4, 14),
      ("\"cluster\"", "\"Cluster\"", "$", 1, 1),
      ("\"bank\": \"sha256\"", "\"bank\": \"sha1\"", "$.policy", 3, 13),
      ("\"bank\": \"sha256\"", "\"bank\": \"md5\"", "$.policy", 3, 13),
      ("\"capPCR\": 13", "\"capPCR\": 16", "$.policy", 3, 13),
      ("\"capPCR\": 13", "\"capPCR\": 12", "$.pcrs", 7, 11),
      ("\"epoch\": {", "\"epoch\": {\n", "$", 13, 1),
    ] as [(String, String, String?, Int, Int)])
  func places(from: String, to: String, path: String?, line: Int, column: Int) throws {
    let text = String(decoding: try Samples.standard().sidecar.text, as: UTF8.self)
    let changed = text.replacingOccurrences(of: from, with: to)
    try #require(changed != text)
    let (read, report) = Sidecar.read(Array(changed.utf8))
    #expect(read == nil)
    #expect(
      report.findings.contains {
        $0.path?.description == path && $0.position == SourcePosition(line: line, column: column)
      }, "\(report.findings)")
  }

  @Test("several faults are found in one pass")
  func several() throws {
    var text = String(decoding: try Samples.standard().sidecar.text, as: UTF8.self)
    text = text.replacingOccurrences(of: "\"version\": 1", with: "\"version\": 9")
    text = text.replacingOccurrences(of: "\"node\": \"master-1\"", with: "\"node\": null")
    text = text.replacingOccurrences(of: "\"label\": \"44.1\"", with: "\"label\": \"\"")
    let paths = Sidecar.read(Array(text.utf8)).report.findings.map { $0.path?.description ?? "" }
    #expect(paths == ["$.version", "$.node", "$.approvals.0"])
  }

  @Test("a counter that is no written counter of the right kind is refused")
  func counters() throws {
    let area = try Samples.epoch().publicArea
    var others = [area, area, area, area]
    others[0].attributes.remove(.written)
    others[1].attributes.insert(.authWrite)
    others[2].dataSize = 16
    others[3].authPolicy = []
    for other in others { #expect(throws: SealedObjectError.self) { try EpochCounter(other, value: 1) } }
    #expect(throws: SealedObjectError.self) { try EpochCounter(area, value: 0) }
    #expect(throws: SealedObjectError.self) { try EpochCounter(area, value: 1 << 63) }
  }
}

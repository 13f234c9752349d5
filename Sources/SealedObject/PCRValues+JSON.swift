import BaseEncodings
import Diagnostics
import TPMStructures

extension PCRValues {
  init?(_ place: JSONFileReader.Place?, bank: HashAlgorithm, _ reader: inout JSONFileReader) {
    guard let place, let entries = reader.entries(place) else { return nil }
    var values: [Int: [UInt8]] = [:]
    var last = -1
    for (name, entry) in entries {
      guard let pcr = Int(name), String(pcr) == name, pcr > last else {
        reader.error("PCR numbers, ascending, each once, are expected as names", at: entry)
        return nil
      }
      last = pcr
      guard let value = reader.hexadecimal(entry, count: bank.digestSize) else { return nil }
      values[pcr] = value
    }
    guard
      let read = reader.attempt(at: place, { () throws(SealedObjectError) in try PCRValues(bank: bank, values) })
    else { return nil }
    self = read
  }

  var json: JSONText {
    .object(
      values.sorted { $0.key < $1.key }.map { JSONText.Member(String($0.key), .string(Hexadecimal.text($0.value))) })
  }
}

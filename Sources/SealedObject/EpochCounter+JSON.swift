import BaseEncodings
import Diagnostics
import TPMStructures

extension EpochCounter {
  static let members = ["index", "public", "value"]

  init?(_ place: JSONFileReader.Place, _ reader: inout JSONFileReader) {
    let members = reader.members(place, Self.members)
    let index = HandleText.handle(members["index"], &reader)
    let area = reader.structure(members["public"], as: NVPublic.self)
    let value = reader.integer(members["value"])
    guard let index, let area, let value else { return nil }
    guard index == area.index else {
      reader.error("the index and its public area disagree", at: place)
      return nil
    }
    guard
      let counter = reader.attempt(
        at: place, { () throws(SealedObjectError) in try EpochCounter(area, value: UInt64(clamping: value)) })
    else { return nil }
    self = counter
  }

  var json: JSONText {
    .object([
      JSONText.Member("index", .string(HandleText.text(publicArea.index))),
      JSONText.Member("public", .string(Base64.string(publicArea.sizedWire))),
      JSONText.Member("value", .integer(Int(value))),
    ])
  }
}

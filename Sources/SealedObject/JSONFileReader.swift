import BaseEncodings
import Diagnostics
import TPMStructures

/// Takes a JSON file of the project apart, gathering every fault with its path and place.
///
/// A file's members have one order, none is optional (absent values are `null`) and none is unknown; the whole must be the bytes that
/// ``JSONText/pretty`` prints.
struct JSONFileReader {
  /// A value inside the file.
  struct Place {
    var node: JSONNode
    var path: ValuePath
  }

  private(set) var report = Report()
  private let source: SourceText

  init(_ text: [UInt8]) { source = SourceText(text) }

  /// The document; `nil` where it is not JSON. A document in another form than the printed one is an error at the first byte that differs.
  mutating func root() -> Place? {
    do {
      let node = try JSONNode(parsing: source.bytes)
      let canonical = node.text.pretty
      if canonical != source.bytes {
        let offset = zip(canonical, source.bytes).enumerated().first { $1.0 != $1.1 }?.offset
        report.error(
          "not in the one form that is written (order, blanks and line ends are fixed)", path: .root,
          position: source.position(ofByte: offset ?? min(canonical.count, source.bytes.count)))
      }
      return Place(node: node, path: .root)
    } catch {
      report.error("not JSON: \(error.message)", position: source.position(ofByte: error.offset))
      return nil
    }
  }

  mutating func error(_ message: String, at place: Place) {
    report.error(message, path: place.path, position: source.position(ofByte: place.node.offset))
  }

  /// The members of an object, which must be `names` in this order.
  mutating func members(_ place: Place?, _ names: [String]) -> [String: Place] {
    guard let place else { return [:] }
    guard case .object(let members) = place.node.value, members.map(\.name) == names else {
      error("an object of exactly these members in this order is expected: \(names.joined(separator: ", "))", at: place)
      return [:]
    }
    return Dictionary(
      members.map { ($0.name, Place(node: $0.node, path: place.path.appending($0.name))) }, uniquingKeysWith: { $1 })
  }

  /// The members of an object whose names are data.
  mutating func entries(_ place: Place?) -> [(name: String, place: Place)]? {
    guard let place else { return nil }
    guard case .object(let members) = place.node.value else {
      error("an object is expected", at: place)
      return nil
    }
    return members.map { ($0.name, Place(node: $0.node, path: place.path.appending($0.name))) }
  }

  /// The elements of an array.
  mutating func elements(_ place: Place?) -> [Place]? {
    guard let place else { return nil }
    guard case .array(let nodes) = place.node.value else {
      error("an array is expected", at: place)
      return nil
    }
    return nodes.enumerated().map { Place(node: $1, path: place.path.appending($0)) }
  }

  mutating func string(_ place: Place?) -> String? {
    guard let place else { return nil }
    guard case .string(let string) = place.node.value else {
      error("a string is expected", at: place)
      return nil
    }
    return string
  }

  mutating func integer(_ place: Place?) -> Int? {
    guard let place else { return nil }
    guard case .integer(let integer) = place.node.value else {
      error("an integer is expected", at: place)
      return nil
    }
    return integer
  }

  /// The bytes that a string of lower-case hexadecimal digits spells, `count` of them where it is given.
  mutating func hexadecimal(_ place: Place?, count: Int? = nil) -> [UInt8]? {
    guard let place, let text = string(place) else { return nil }
    guard let bytes = Hexadecimal.bytes(text), Hexadecimal.text(bytes) == text, count.map({ $0 == bytes.count }) ?? true
    else {
      error("\(count.map { "\($0) bytes" } ?? "bytes") in lower-case hexadecimal are expected", at: place)
      return nil
    }
    return bytes
  }

  /// The bytes of a canonical base64 string.
  mutating func base64(_ place: Place?) -> [UInt8]? {
    guard let place, let text = string(place) else { return nil }
    guard let bytes = Base64.bytes(text.utf8) else {
      error("canonical base64 is expected", at: place)
      return nil
    }
    return bytes
  }

  /// What `read` makes of a value that is not `null`.
  mutating func optional<Value>(_ place: Place?, _ read: (inout Self, Place) -> Value?) -> Value? {
    guard let place else { return nil }
    if case .null = place.node.value { return nil }
    return read(&self, place)
  }

  /// What `make` makes; its refusal is an error at `place`.
  mutating func attempt<Value>(at place: Place?, _ make: () throws(SealedObjectError) -> Value) -> Value? {
    do {
      return try make()
    } catch {
      if let place { self.error("\(error)", at: place) }
      return nil
    }
  }

  /// A TPM structure in its `TPM2B` form, in base64.
  mutating func structure<Structure: WireStructure>(_ place: Place?, as _: Structure.Type) -> Structure? {
    guard let place, let bytes = base64(place) else { return nil }
    do {
      return try Structure(sizedWire: bytes)
    } catch {
      self.error("not the structure that is expected: \(error)", at: place)
      return nil
    }
  }
}

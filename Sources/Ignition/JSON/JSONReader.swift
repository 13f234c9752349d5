/// Reads checked JSON straight into the model, with the rules of Go's `encoding/json`: names match without regard to
/// case where none matches exactly, repeated objects merge, repeated lists reuse the elements already read, `null`
/// changes nothing that cannot be absent.
///
/// What Ignition warns of while it compares the text with the model is gathered on the way, with its place.
struct JSONReader {
  /// Something to warn of.
  struct Warning {
    var message: String
    var steps: [Trail.Step]
    var offset: Int
  }

  let spec: SpecVersion
  private(set) var warnings: [Warning?] = []
  private(set) var warningsLeftOut = 0
  /// The first value of a wrong type, after which nothing is read.
  private(set) var fault: JSONSyntax.Fault?
  private var cursor: JSONCursor
  private var trail = Trail()
  /// How many list entries may still be read. An entry takes far more memory in the model than the few bytes that may
  /// stand for it.
  private var entriesLeft: Int
  /// How many names on the way matched only without regard to case. Ignition finds nothing below them to warn of.
  private var inexact = 0

  /// Reads `bytes`, which ``JSONSyntax`` has accepted, at `spec`.
  init(_ bytes: [UInt8], spec: SpecVersion) {
    cursor = JSONCursor(bytes)
    entriesLeft = Self.mostEntries(of: bytes.count)
    self.spec = spec
  }

  /// How many list entries a text of `count` bytes may have: more than real ones do, whose entries are longer.
  private static func mostEntries(of count: Int) -> Int { 65_536 + count / 128 }

  // MARK: Values

  mutating func read(_ value: inout String) {
    switch cursor.next {
    case UInt8(ascii: "\""): value = cursor.string()
    case UInt8(ascii: "n"): cursor.index += 4
    default: mismatch("a string")
    }
  }

  mutating func read(_ value: inout Bool) {
    switch cursor.next {
    case UInt8(ascii: "t"):
      value = true
      cursor.index += 4
    case UInt8(ascii: "f"):
      value = false
      cursor.index += 5
    case UInt8(ascii: "n"): cursor.index += 4
    default: mismatch("true or false")
    }
  }

  mutating func read(_ value: inout Int) {
    switch cursor.next {
    case UInt8(ascii: "n"): cursor.index += 4
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let start = cursor.index
      cursor.skipScalar()
      guard let number = Int(String(decoding: cursor.bytes[start..<cursor.index], as: UTF8.self)) else {
        cursor.index = start
        return mismatch("a whole number of 64 bits")
      }
      value = number
    default: mismatch("a number")
    }
  }

  mutating func read<Value: SpecValue>(_ value: inout Value?) {
    if cursor.next == UInt8(ascii: "n") {
      cursor.index += 4
      value = nil
    } else {
      var present = value ?? Value.unset
      present.read(from: &self)
      value = present
    }
  }

  mutating func read<Element: SpecValue>(
    _ list: inout [Element], element: (inout Element, inout JSONReader) -> Void = { $0.read(from: &$1) }
  ) {
    switch cursor.next {
    case UInt8(ascii: "n"):
      cursor.index += 4
      list = []
    case UInt8(ascii: "["):
      cursor.index += 1
      var count = 0
      while fault == nil, cursor.next != UInt8(ascii: "]") {
        if cursor.next == UInt8(ascii: ",") { cursor.index += 1 }
        if entriesLeft == 0 { return refuseEntry() }
        entriesLeft -= 1
        if count == list.count { list.append(Element.unset) }
        trail.push(count)
        element(&list[count], &self)
        trail.pop()
        count += 1
      }
      cursor.index += 1
      if fault == nil { list.removeLast(list.count - count) }
    default: mismatch("a list")
    }
  }

  mutating func read<Object: SpecObject>(_ object: inout Object, fields: [Field<Object>]) {
    switch cursor.next {
    case UInt8(ascii: "n"):
      if Object.pointerSpec == spec {
        object = Object.blank
      } else if inexact == 0 {
        warn("null where an object is expected", trail.steps, cursor.index)
      }
      cursor.index += 4
    case UInt8(ascii: "{"): readMembers(of: &object, fields: fields)
    default: mismatch("an object")
    }
  }

  private mutating func readMembers<Object: SpecObject>(of object: inout Object, fields: [Field<Object>]) {
    cursor.index += 1
    // Which warnings each name brought, so that a repeated name takes back those of its predecessor.
    var brought: [String: Range<Int>] = [:]
    while fault == nil, cursor.next != UInt8(ascii: "}") {
      if cursor.next == UInt8(ascii: ",") { cursor.index += 1 }
      _ = cursor.next
      let keyOffset = cursor.index
      let (field, isExact) = matchKey(fields)
      if isExact, let field {
        takeBack(field.name, &brought)
        let before = warnings.count
        member(field.name, of: &object, field)
        if warnings.count > before { brought[field.name] = before..<warnings.count }
        continue
      }
      if inexact == 0 {
        let key = text(ofKeyAt: keyOffset)
        takeBack(key, &brought)
        let before = warnings.count
        warn("unused key \(key)", trail.steps + [.key(key)], keyOffset)
        if warnings.count > before { brought[key] = before..<warnings.count }
      }
      if let field {
        inexact += 1
        member(field.name, of: &object, field)
        inexact -= 1
      } else {
        cursor.skipValue()
      }
    }
    cursor.index += 1
  }

  private mutating func warn(_ message: String, _ steps: [Trail.Step], _ offset: Int) {
    if warnings.count == Validator.mostKept { return warningsLeftOut += 1 }
    warnings.append(Warning(message: message, steps: steps, offset: offset))
  }

  private mutating func member<Object: SpecObject>(_ name: String, of object: inout Object, _ field: Field<Object>) {
    trail.push(name)
    field.read(&object, &self)
    trail.pop()
  }

  private mutating func takeBack(_ name: String, _ brought: inout [String: Range<Int>]) {
    guard let old = brought.removeValue(forKey: name) else { return }
    for position in old { warnings[position] = nil }
    while case .some(nil) = warnings.last { warnings.removeLast() }
  }

  // MARK: Names

  /// Reads a name and its colon; the field of that very name, or else the field of that name in another case.
  private mutating func matchKey<Object: SpecObject>(_ fields: [Field<Object>]) -> (Field<Object>?, isExact: Bool) {
    let start = cursor.index + 1
    cursor.skipString()
    var key = cursor.bytes[start..<cursor.index - 1]
    _ = cursor.next
    cursor.index += 1
    if key.contains(UInt8(ascii: "\\")) { key = Array(cursor.unescaped(key).utf8)[...] }
    for field in fields where field.since <= spec && field.utf8.elementsEqual(key) { return (field, true) }
    let folded = Self.folded(key)
    for field in fields where field.since <= spec && field.folded == folded { return (field, false) }
    return (nil, false)
  }

  /// A name in lower case, with the two letters beyond ASCII whose lower case is within it: the Kelvin sign and the
  /// long s.
  static func folded(_ key: some Sequence<UInt8>) -> [UInt8] {
    var folded: [UInt8] = []
    for byte in key {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): folded.append(byte | 0x20)
      case 0xAA where folded.suffix(2) == [0xE2, 0x84]:
        folded.replaceSubrange(folded.count - 2..<folded.count, with: "k".utf8)
      case 0xBF where folded.last == 0xC5: folded[folded.count - 1] = UInt8(ascii: "s")
      default: folded.append(byte)
      }
    }
    return folded
  }

  private func text(ofKeyAt offset: Int) -> String {
    var key = cursor
    key.index = offset
    return key.string()
  }

  private mutating func refuseEntry() {
    let most = Self.mostEntries(of: cursor.bytes.count)
    fault = JSONSyntax.Fault(message: "more than \(most) list entries in a text of this size", offset: cursor.index)
  }

  private mutating func mismatch(_ expected: String) {
    let found =
      switch cursor.next {
      case UInt8(ascii: "\""): "a string"
      case UInt8(ascii: "{"): "an object"
      case UInt8(ascii: "["): "a list"
      case UInt8(ascii: "t"), UInt8(ascii: "f"): "true or false"
      case let start: Self.number(from: start, cursor.bytes[cursor.index...])
      }
    fault = JSONSyntax.Fault(
      message: "\(Trail.path(trail.steps)) is \(found), and must be \(expected)", offset: cursor.index)
  }

  private static func number(from start: UInt8, _ text: ArraySlice<UInt8>) -> String {
    let number = text.prefix(40).prefix { $0 > 0x20 && $0 != UInt8(ascii: ",") && $0 != 0x5D && $0 != 0x7D }
    return "the number \(String(decoding: number, as: UTF8.self))"
  }
}

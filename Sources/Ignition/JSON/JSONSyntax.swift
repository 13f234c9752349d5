import BaseEncodings

/// Whether a text is JSON as Go's `encoding/json` sees it, checked in one pass before anything is read from it.
struct JSONSyntax {
  /// The first fault of a text.
  struct Fault: Error {
    var message: String
    /// The offending byte from 0; the text's length where it ends too early.
    var offset: Int
  }

  /// Lists and objects may nest this deep; Go's limit.
  static let maximumDepth = 10_000

  /// Whether a number is beyond a double's range. Ignition then has no places, and reports no unused keys.
  private(set) var hasHugeNumber = false

  private enum State { case value, firstElement, firstKey, key, colon, afterValue }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var index = 0

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Checks a text; throws its first fault.
  static func check(_ bytes: [UInt8]) throws(Fault) -> JSONSyntax {
    var fault: Fault?
    let syntax = bytes.withUnsafeBufferPointer { buffer in
      var syntax = JSONSyntax(buffer)
      do throws(Fault) { try syntax.run() } catch { fault = error }
      return syntax
    }
    if let fault { throw fault }
    return syntax
  }

  private mutating func run() throws(Fault) {
    var state = State.value
    // Whether each open bracket is an object's.
    var open: [Bool] = []
    while true {
      skipSpace()
      if index == bytes.count {
        if state == .afterValue, open.isEmpty { return }
        throw end
      }
      let byte = bytes[index]
      switch (state, byte) {
      case (.value, _), (.firstElement, _):
        if state == .firstElement, byte == UInt8(ascii: "]") {
          open.removeLast()
          index += 1
          state = .afterValue
        } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
          if open.count == Self.maximumDepth { throw invalid("exceeded max depth") }
          open.append(byte == UInt8(ascii: "{"))
          index += 1
          state = byte == UInt8(ascii: "{") ? .firstKey : .firstElement
        } else {
          try scalar(byte)
          state = .afterValue
        }
      case (.firstKey, UInt8(ascii: "}")):
        open.removeLast()
        index += 1
        state = .afterValue
      case (.firstKey, UInt8(ascii: "\"")), (.key, UInt8(ascii: "\"")):
        try string()
        state = .colon
      case (.firstKey, _), (.key, _): throw invalid("looking for beginning of object key string")
      case (.colon, UInt8(ascii: ":")):
        index += 1
        state = .value
      case (.colon, _): throw invalid("after object key")
      case (.afterValue, _):
        guard let isObject = open.last else { throw invalid("after top-level value") }
        index += 1
        if byte == UInt8(ascii: ",") {
          state = isObject ? .key : .value
        } else if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
          open.removeLast()
        } else {
          index -= 1
          throw invalid(isObject ? "after object key:value pair" : "after array element")
        }
      }
    }
  }

  private mutating func scalar(_ byte: UInt8) throws(Fault) {
    switch byte {
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
    default: throw invalid("looking for beginning of value")
    }
  }

  private mutating func literal(_ text: StaticString) throws(Fault) {
    for offset in 0..<text.utf8CodeUnitCount {
      if index == bytes.count { throw end }
      if bytes[index] != text.utf8Start[offset] { throw invalid("in literal \(text)") }
      index += 1
    }
  }

  private mutating func string() throws(Fault) {
    index += 1
    while true {
      index = PlainRun.end(in: bytes, from: index)
      if index == bytes.count { throw end }
      let byte = bytes[index]
      if byte < 0x20 { throw invalid("in string literal") }
      index += 1
      if byte == UInt8(ascii: "\"") { return }
      try escape()
    }
  }

  private mutating func escape() throws(Fault) {
    if index == bytes.count { throw end }
    switch bytes[index] {
    case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"),
      UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "\""):
      index += 1
    case UInt8(ascii: "u"):
      index += 1
      for _ in 0..<4 {
        if index == bytes.count { throw end }
        if Hexadecimal.value(bytes[index]) == nil { throw invalid("in \\u hexadecimal character escape") }
        index += 1
      }
    default: throw invalid("in string escape code")
    }
  }

  private mutating func number() throws(Fault) {
    let start = index
    if bytes[index] == UInt8(ascii: "-") {
      index += 1
      if !isDigit { throw index == bytes.count ? end : invalid("in numeric literal") }
    }
    if bytes[index] == UInt8(ascii: "0") { index += 1 } else { digits() }
    var isPlain = true
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      if !isDigit { throw index == bytes.count ? end : invalid("after decimal point in numeric literal") }
      digits()
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      isPlain = false
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
      if !isDigit { throw index == bytes.count ? end : invalid("in exponent of numeric literal") }
      digits()
    }
    // Short numbers without an exponent are in range; no need to convert them.
    if !isPlain || index - start > 300 {
      let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<index]), as: UTF8.self)
      if Double(text)?.isFinite != true { hasHugeNumber = true }
    }
  }

  private var isDigit: Bool {
    index < bytes.count && bytes[index] >= UInt8(ascii: "0") && bytes[index] <= UInt8(ascii: "9")
  }

  private mutating func digits() { while isDigit { index += 1 } }

  private mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return
      }
    }
  }

  private var end: Fault { Fault(message: "unexpected end of JSON input", offset: bytes.count) }

  private func invalid(_ context: String) -> Fault {
    let byte = bytes[index]
    let shown =
      switch byte {
      case UInt8(ascii: "'"): "'\\''"
      case 0x09: "'\\t'"
      case 0x0A: "'\\n'"
      case 0x0D: "'\\r'"
      case 0x20..<0x7F, 0xA1...: "'\(Unicode.Scalar(byte))'"
      default: "'\\x\(String(decoding: [Hexadecimal.lower(byte >> 4), Hexadecimal.lower(byte & 15)], as: UTF8.self))'"
      }
    return Fault(message: "invalid character \(shown) \(context)", offset: index)
  }
}

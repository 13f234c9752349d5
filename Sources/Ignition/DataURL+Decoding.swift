import BaseEncodings

/// Why a `data:` URL cannot be decoded.
public struct DataURLError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The reason, in one line.
  public let description: String

  init(_ description: String) { self.description = description }
}

extension DataURL {
  /// The bytes that a `data:` URL holds, with the media type and parameters checked and passed over, as Ignition does.
  ///
  /// Ignition's decoder is narrower than RFC 2397: only registered kinds of media types, no padding left out of Base64.
  /// Throws with the reason for everything else.
  public static func decode(_ url: String) throws(DataURLError) -> [UInt8] {
    var bytes: [UInt8] = []
    try decode(Array(url.utf8)) { bytes.append($0) }
    return bytes
  }

  /// Whether `url` can be decoded; throws why not.
  static func check(_ url: [UInt8]) throws(DataURLError) { try decode(url) { _ in } }

  @inline(__always)
  private static func decode(_ url: [UInt8], _ sink: (UInt8) -> Void) throws(DataURLError) {
    var scanner = DataURLScanner(url)
    if try scanner.skipHead() {
      if !GoBase64.decode(scanner.rest, sink) { throw DataURLError("not Base64") }
    } else {
      try unescape(scanner.rest, sink)
    }
  }

  // What a URL cannot hold as it is, besides controls and what is beyond ASCII.
  private static let excluded = ByteSet("<>#\"{}|\\^[]`")

  @inline(__always)
  private static func unescape(_ text: ArraySlice<UInt8>, _ sink: (UInt8) -> Void) throws(DataURLError) {
    let excluded = excluded
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      if byte == UInt8(ascii: "%") {
        guard index + 2 < text.endIndex, let high = Hexadecimal.value(text[index + 1]),
          let low = Hexadecimal.value(text[index + 2])
        else { throw DataURLError("a percent sign without two hexadecimal digits") }
        sink(high << 4 | low)
        index += 3
      } else {
        guard byte > 0x20, byte < 0x7F, !excluded.contains(byte) else {
          throw DataURLError("invalid data character")
        }
        sink(byte)
        index += 1
      }
    }
  }
}

/// Walks over what stands before the data.
private struct DataURLScanner {
  private let bytes: [UInt8]
  private var index = 0

  init(_ url: [UInt8]) { bytes = url }

  var rest: ArraySlice<UInt8> { bytes[index...] }

  /// Passes over everything up to the comma; whether the data is Base64.
  mutating func skipHead() throws(DataURLError) -> Bool {
    guard bytes.starts(with: "data:".utf8) else { throw DataURLError("missing data prefix") }
    index = 5
    switch peek {
    case UInt8(ascii: ";"), UInt8(ascii: ","): break
    case nil: throw DataURLError("missing comma before data")
    default: try mediaType()
    }
    while true {
      let separator = peek
      index += 1
      switch separator {
      case UInt8(ascii: ","): return false
      case UInt8(ascii: ";"): if try parameter() { return true }
      case nil: throw DataURLError("missing comma before data")
      default: throw DataURLError("expected semicolon or comma")
      }
    }
  }

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private static let special = ByteSet("()<>@,;:\\\"/[]?=")

  private mutating func token() -> ArraySlice<UInt8> {
    let start = index
    while let byte = peek, byte > 0x20, byte < 0x7F, !Self.special.contains(byte) { index += 1 }
    return bytes[start..<index]
  }

  private mutating func mediaType() throws(DataURLError) {
    let type = token()
    guard !type.isEmpty else { throw DataURLError("invalid character after data prefix") }
    guard peek == UInt8(ascii: "/") else {
      throw DataURLError(peek == nil ? "missing media type slash" : "invalid character for media type")
    }
    let isExtension = type.starts(with: "x-".utf8) || type.starts(with: "X-".utf8)
    let kinds = ["text", "image", "audio", "video", "application", "message", "multipart"]
    guard isExtension || kinds.contains(where: { type.starts(with: $0.utf8) }) else {
      throw DataURLError("invalid media type")
    }
    index += 1
    _ = token()
    guard let byte = peek else { throw DataURLError("incomplete media type") }
    guard byte == UInt8(ascii: ";") || byte == UInt8(ascii: ",") else {
      throw DataURLError("invalid character for media subtype")
    }
  }

  /// Passes over a parameter, or `base64,`, which alone may stand without a value; whether it was that.
  private mutating func parameter() throws(DataURLError) -> Bool {
    let name = token()
    switch peek {
    case nil: throw DataURLError("unterminated parameter sequence")
    case UInt8(ascii: "=") where !name.isEmpty: index += 1
    case UInt8(ascii: ",") where !name.isEmpty:
      guard name.elementsEqual("base64".utf8) else {
        throw DataURLError("expected base64, got \(String(decoding: name, as: UTF8.self))")
      }
      index += 1
      return true
    case UInt8(ascii: "="), UInt8(ascii: ","): throw DataURLError("unterminated parameter sequence")
    default: throw DataURLError("invalid character for parameter attribute")
    }
    if peek == UInt8(ascii: "\"") {
      try quotedValue()
    } else {
      let value = token()
      guard !value.isEmpty else { throw DataURLError("invalid character for parameter value") }
      guard ResourceURL.isEscapedWell(value) else { throw DataURLError("invalid escape in a parameter value") }
    }
    return false
  }

  // The oracle hands what stands between the quotes to Go's string syntax, so its escapes are Go's.
  private mutating func quotedValue() throws(DataURLError) {
    index += 1
    while let byte = peek {
      guard byte < 0x80 else { throw DataURLError("invalid character for parameter value") }
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return
      case 0x0A: throw DataURLError("invalid syntax")
      case UInt8(ascii: "\\"): try escape()
      default: break
      }
    }
    throw DataURLError("unclosed quoted string")
  }

  private mutating func escape() throws(DataURLError) {
    let digits: Int
    switch peek {
    case UInt8(ascii: "x"): digits = 2
    case UInt8(ascii: "u"): digits = 4
    case UInt8(ascii: "U"): digits = 8
    case let byte? where byte & 0xF8 == UInt8(ascii: "0"):
      let octal = bytes[index...].prefix(3)
      guard octal.count == 3, octal.allSatisfy({ $0 & 0xF8 == UInt8(ascii: "0") }), octal[index] < UInt8(ascii: "4")
      else { throw DataURLError("invalid syntax") }
      index += 3
      return
    case let byte? where "abfnrtv\\\"".utf8.contains(byte): digits = 0
    default: throw DataURLError("invalid syntax")
    }
    index += 1
    let text = bytes[index...].prefix(digits)
    let value = text.reduce(UInt32(0)) { $0 << 4 | UInt32(Hexadecimal.value($1) ?? 0) }
    guard text.count == digits, text.allSatisfy({ Hexadecimal.value($0) != nil }),
      digits < 4 || Unicode.Scalar(value) != nil
    else { throw DataURLError("invalid syntax") }
    index += digits
  }
}

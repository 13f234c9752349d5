import Diagnostics

/// The bytes of a YAML file, checked for what the parser cannot say well or should not be given.
struct YAMLText {
  /// The most bytes that are read: a cluster of 1,000 nodes has some 150,000.
  static let sizeLimit = 2 << 20

  /// The text with its lines.
  let source: SourceText
  /// Where the text begins, after a byte order mark.
  let start: Int

  /// The text in `bytes`, or what is wrong with it: too large, not UTF-8, a control character, an alias inside a key.
  init(_ bytes: [UInt8]) throws(Fault) {
    guard bytes.count <= Self.sizeLimit else {
      throw Fault(
        "the file has \(bytes.count) bytes, at most \(Self.sizeLimit) are read", SourcePosition(line: 1, column: 1))
    }
    source = SourceText(bytes)
    start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw Fault("the file is not UTF-8", source.position(ofByte: error.byteOffsets.lowerBound))
    }
    if let offset = Self.controlCharacter(bytes) {
      let digits = String(bytes[offset] == 0xC2 ? bytes[offset + 1] : bytes[offset], radix: 16, uppercase: true)
      let code = String(repeating: "0", count: 4 - digits.count) + digits
      throw Fault("the control character U+\(code) cannot stand in YAML", source.position(ofByte: offset))
    }
    if let offset = Self.aliasInKey(bytes) {
      throw Fault("an alias inside a key is not read, write the key out", source.position(ofByte: offset))
    }
  }

  /// Why a text is not given to the parser.
  struct Fault: Error {
    var message: String
    var position: SourcePosition

    init(_ message: String, _ position: SourcePosition) {
      self.message = message
      self.position = position
    }
  }

  private static func controlCharacter(_ bytes: [UInt8]) -> Int? {
    for (offset, byte) in bytes.enumerated() {
      switch byte {
      case 0x09, 0x0A, 0x0D: continue
      case 0x00...0x1F, 0x7F: return offset
      case 0x80...0x9F where offset > 0 && bytes[offset - 1] == 0xC2 && byte != 0x85: return offset - 1
      default: continue
      }
    }
    return nil
  }

  /// The place of what may be an alias inside a key. The parser hashes the keys of every mapping, and a key made of
  /// nested aliases takes exponential time; no file that means well has one, so a look at the bytes is enough.
  private static func aliasInKey(_ bytes: [UInt8]) -> Int? {
    var anchors = false
    var aliases = false
    var suspect: Int?
    var beginsToken = true
    for (offset, byte) in bytes.enumerated() {
      let next = offset + 1 < bytes.count ? bytes[offset + 1] : UInt8(ascii: "\n")
      switch byte {
      case UInt8(ascii: "&") where beginsToken && !isBlank(next): anchors = true
      case UInt8(ascii: "*") where beginsToken && !isBlank(next):
        aliases = true
        var end = offset + 1
        while end < bytes.count, !isBlank(bytes[end]), !isFlow(bytes[end]) { end += 1 }
        if suspect == nil, bytes[end - 1] == UInt8(ascii: ":") || isColon(bytes, after: end) { suspect = offset }
      case UInt8(ascii: "?") where beginsToken && isBlank(next): suspect = suspect ?? offset
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        if suspect == nil, isColon(bytes, after: offset + 1) { suspect = offset }
      default: break
      }
      beginsToken = isBlank(byte) || isFlow(byte)
    }
    return anchors && aliases ? suspect : nil
  }

  private static func isColon(_ bytes: [UInt8], after offset: Int) -> Bool {
    var offset = offset
    while offset < bytes.count, bytes[offset] == UInt8(ascii: " ") || bytes[offset] == UInt8(ascii: "\t") {
      offset += 1
    }
    return offset < bytes.count && bytes[offset] == UInt8(ascii: ":")
  }

  private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

  private static func isFlow(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ","): true
    default: false
    }
  }
}

import Diagnostics

/// Turns the places that the YAML parser names into places of the text. The parser counts Unicode scalars and also ends
/// a line at CR, NEL, LS and PS; a ``SourcePosition`` counts bytes, in lines that end at LF.
struct YAMLPlaces {
  private let text: SourceText
  private let start: Int
  private let lineStarts: [Int]

  /// Indexes `text`, which is valid UTF-8, from the byte at `start` (after a byte order mark).
  init(_ text: SourceText, from start: Int) {
    self.text = text
    self.start = start
    let bytes = text.bytes
    var starts = [start]
    var offset = start
    while offset < bytes.count {
      let length = Self.lineBreak(bytes, at: offset)
      offset += max(length, 1)
      if length > 0 { starts.append(offset) }
    }
    lineStarts = starts
  }

  /// The length of the line break at `offset`, 0 where there is none.
  private static func lineBreak(_ bytes: [UInt8], at offset: Int) -> Int {
    func byte(_ distance: Int) -> UInt8 { offset + distance < bytes.count ? bytes[offset + distance] : 0 }
    switch bytes[offset] {
    case 0x0A: return 1
    case 0x0D: return byte(1) == 0x0A ? 2 : 1
    case 0xC2: return byte(1) == 0x85 ? 2 : 0
    case 0xE2: return byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9) ? 3 : 0
    default: return 0
    }
  }

  /// The offset of the byte at the parser's `line` and `column`, both from 1; the text's end where it has no such
  /// place.
  func offset(line: Int, column: Int) -> Int {
    guard line >= 1, line <= lineStarts.count else { return text.bytes.count }
    var offset = lineStarts[line - 1]
    var remaining = column - 1
    while remaining > 0, offset < text.bytes.count {
      offset += Self.scalarLength(text.bytes[offset])
      remaining -= 1
    }
    return min(offset, text.bytes.count)
  }

  /// The place at the parser's `line` and `column`, both from 1.
  func position(line: Int, column: Int) -> SourcePosition { text.position(ofByte: offset(line: line, column: column)) }

  /// The number of bytes of the UTF-8 scalar that begins with `byte`.
  static func scalarLength(_ byte: UInt8) -> Int {
    switch byte {
    case 0xC0...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xFF: 4
    default: 1
    }
  }
}

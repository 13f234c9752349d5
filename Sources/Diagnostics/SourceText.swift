/// A text with its line starts, for turning byte offsets into places and showing a place to a person.
public struct SourceText: Sendable {
  /// The text as UTF-8 bytes (not necessarily valid).
  public let bytes: [UInt8]
  private let lineStarts: [Int]

  /// Indexes `bytes` by line; a line ends with LF.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
    lineStarts = starts
  }

  /// Indexes the UTF-8 bytes of `text`.
  public init(_ text: String) { self.init(Array(text.utf8)) }

  /// The place of the byte at `offset` (from 0; the text's length is its end).
  public func position(ofByte offset: Int) -> SourcePosition {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return SourcePosition(line: low + 1, column: offset - lineStarts[low] + 1)
  }

  /// Whether a terminal shows `character` as what it is: no control, no format character that turns the direction of what follows.
  private func isVisible(_ character: Character) -> Bool {
    character.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .privateUse, .unassigned, .surrogate, .lineSeparator, .paragraphSeparator: false
      default: true
      }
    }
  }

  /// The line at `position` with a caret under its column, both indented by `margin` spaces, cut to `width` columns around the caret;
  /// `nil` where the text has no such line.
  public func excerpt(at position: SourcePosition, width: Int = 100, margin: Int = 2) -> String? {
    guard position.line >= 1, position.line <= lineStarts.count else { return nil }
    let start = lineStarts[position.line - 1]
    var end = position.line < lineStarts.count ? lineStarts[position.line] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    let target = min(max(start, start + position.column - 1), end)
    let from = max(start, min(target - width / 2, end - width))
    let to = min(end, from + width)
    func shown(_ range: Range<Int>) -> String {
      String(decoding: bytes[range], as: UTF8.self).reduce(into: "") { text, character in
        text += character.isNewline || character == "\t" ? " " : isVisible(character) ? String(character) : "·"
      }
    }
    let indent = String(repeating: " ", count: margin)
    return indent + shown(from..<to) + "\n" + indent + String(repeating: " ", count: shown(from..<target).count) + "^"
  }
}

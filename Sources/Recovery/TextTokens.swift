/// What stands between white space in a text: where each piece is. Only ASCII white space and control characters part
/// pieces.
struct TextTokens: Sequence, IteratorProtocol {
  private let text: UnsafeRawBufferPointer
  private var position: Int
  private let end: Int

  /// The pieces of the whole text.
  init(_ text: UnsafeRawBufferPointer) { self.init(text, in: 0..<text.count) }

  /// The pieces of a range of the text, which is inside of it.
  init(_ text: UnsafeRawBufferPointer, in range: Range<Int>) {
    self.text = text
    position = range.lowerBound
    end = range.upperBound
  }

  mutating func next() -> Range<Int>? {
    while position < end, text[position] <= 0x20 { position += 1 }
    guard position < end else { return nil }
    let start = position
    while position < end, text[position] > 0x20 { position += 1 }
    return start..<position
  }
}

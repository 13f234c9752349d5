/// Text written from the start of a buffer on. What does not fit is left out and counted.
struct ByteWriter {
  private let buffer: UnsafeMutableRawBufferPointer
  /// How many bytes were written, or would have been.
  private(set) var count = 0

  init(_ buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

  /// Whether nothing was left out.
  var isComplete: Bool { count <= buffer.count }

  mutating func write(_ byte: UInt8) {
    if count < buffer.count { buffer[count] = byte }
    count += 1
  }

  /// Only for what is public: a `String` cannot be wiped.
  mutating func write(_ text: String) {
    for byte in text.utf8 { write(byte) }
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) {
    for byte in bytes { write(byte) }
  }

  /// A word of the ``WordList``; the number of its letters.
  @discardableResult
  mutating func write(word: UInt64) -> Int {
    var rest = word
    var letters = 0
    while rest != 0 {
      write(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
      letters += 1
    }
    return letters
  }
}

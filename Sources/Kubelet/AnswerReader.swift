/// Takes a kubelet's answer as it comes.
protocol AnswerReader: Sendable {
  /// What it makes of it.
  associatedtype Value: Sendable
  /// A reader before the first byte.
  init()
  /// The next piece. What is wrong with it is said at the end: whether the answer comes to one is the connection's to say.
  mutating func read(_ bytes: UnsafeRawBufferPointer)
  /// What it was, after the last piece.
  mutating func value() throws(KubeletError) -> Value
}

extension AnswerReader {
  /// What a whole answer was.
  static func value(of bytes: [UInt8]) throws(KubeletError) -> Value {
    var reader = Self()
    bytes.withUnsafeBytes { reader.read($0) }
    return try reader.value()
  }
}

/// Keeps it as it is.
struct WholeAnswer: AnswerReader {
  private var bytes: [UInt8] = []
  init() {}
  mutating func read(_ bytes: UnsafeRawBufferPointer) { self.bytes.append(contentsOf: bytes) }
  mutating func value() throws(KubeletError) -> [UInt8] { bytes }
}

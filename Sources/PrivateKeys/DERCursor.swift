/// Walks DER (X.690) where it lies, so that a private key needs no other copy. It reads what private keys are made of:
/// tags below 31, definite lengths in their shortest form, at most 65535 bytes.
struct DERCursor {
  private var rest: Slice<UnsafeRawBufferPointer>

  init(_ bytes: Slice<UnsafeRawBufferPointer>) { rest = bytes }

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

  /// Whether nothing is left.
  var isAtEnd: Bool { rest.isEmpty }

  /// The identifier octet of the next element; `nil` at the end.
  var tag: UInt8? { rest.first }

  /// What is in the next element, which must have this identifier octet.
  mutating func content(_ tag: UInt8, _ name: String) throws(PrivateKeyError) -> Slice<UnsafeRawBufferPointer> {
    guard rest.popFirst() == tag else { throw .der("\(name) is missing") }
    guard let first = rest.popFirst() else { throw .der("it ends in \(name)") }
    var count = Int(first)
    if first >= 0x80 {
      guard first == 0x81 || first == 0x82 else { throw .der("the length of \(name) is not one of DER") }
      count = 0
      for _ in 0..<(first - 0x80) {
        guard let byte = rest.popFirst() else { throw .der("it ends in \(name)") }
        count = count << 8 | Int(byte)
      }
      guard count >= (first == 0x81 ? 0x80 : 0x100) else { throw .der("the length of \(name) is not one of DER") }
    }
    guard rest.count >= count else { throw .der("it ends in \(name)") }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// The elements inside the next one, which must have this identifier octet.
  mutating func elements(_ tag: UInt8, _ name: String) throws(PrivateKeyError) -> DERCursor {
    DERCursor(try content(tag, name))
  }

  /// Takes the next bytes where they are `bytes`.
  mutating func take(_ bytes: [UInt8]) -> Bool {
    guard rest.starts(with: bytes) else { return false }
    rest = rest.dropFirst(bytes.count)
    return true
  }
}

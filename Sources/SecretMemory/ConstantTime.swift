/// Comparison whose time does not tell where two values differ.
public enum ConstantTime {
  /// Whether both hold the same bytes. The time depends on the counts alone.
  @inline(never)
  public static func isEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in 0..<left.count { difference |= left[index] ^ right[index] }
    return difference == 0
  }

  /// Whether both hold the same bytes. The time depends on the counts alone.
  public static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { isEqual(left, $0) } }
  }
}

/// The bare RSA operation with a public key, m^e mod n, which OAEP with the TPM's labels needs and no library here
/// offers.
///
/// Arithmetic takes the same steps for every message: Montgomery's products over 64-bit limbs, lowest first.
struct RSAPublicKey {
  /// The modulus' size in bytes.
  let size: Int
  private let modulus: [UInt64]
  private let exponent: UInt32
  // -1/n mod 2^64.
  private let inverse: UInt64

  /// A key of 1024 to 4096 bits; an exponent of 0 stands for 65537.
  init(modulus: [UInt8], exponent: UInt32) throws(TPMStructureError) {
    guard modulus.count.isMultiple(of: 8), (128...512).contains(modulus.count), modulus[0] >= 0x80,
      let last = modulus.last, last & 1 == 1
    else { throw TPMStructureError.key("an RSA modulus is odd and has 1024 to 4096 bits") }
    let effective = exponent == 0 ? 65_537 : exponent
    guard effective >= 3, effective & 1 == 1 else { throw TPMStructureError.key("an RSA exponent is odd and over 2") }
    size = modulus.count
    self.modulus = Self.limbs(modulus)
    self.exponent = effective
    // Newton's iteration doubles the correct low bits; an odd number is its own inverse modulo 8.
    var inverse = self.modulus[0]
    for _ in 0..<5 { inverse &*= 2 &- self.modulus[0] &* inverse }
    self.inverse = 0 &- inverse
  }

  /// `message`, as long as the modulus and below it, raised to the exponent.
  func raise(_ message: [UInt8]) throws(TPMStructureError) -> [UInt8] {
    guard message.count == size, message.lexicographicallyPrecedes(Self.bytes(modulus)) else {
      throw TPMStructureError.size(message.count, limit: size)
    }
    let base = product(Self.limbs(message), squaredRadix())
    var power = base
    for bit in (0..<(exponent.bitWidth - exponent.leadingZeroBitCount - 1)).reversed() {
      power = product(power, power)
      if exponent >> UInt32(bit) & 1 == 1 { power = product(power, base) }
    }
    var one = [UInt64](repeating: 0, count: modulus.count)
    one[0] = 1
    return Self.bytes(product(power, one))
  }

  // R² mod n, R being 2^(64 limbs). R mod n is R - n, since n's highest bit is set; from there, in the products' own
  // terms, 2^(64 limbs) by squaring and doubling.
  private func squaredRadix() -> [UInt64] {
    var radix = modulus.map { ~$0 }
    radix[0] += 1
    let exponent = 64 * modulus.count
    var value = radix
    for bit in (0..<(exponent.bitWidth - exponent.leadingZeroBitCount)).reversed() {
      value = product(value, value)
      if exponent >> bit & 1 == 1 { value = doubled(value) }
    }
    return value
  }

  private func doubled(_ value: [UInt64]) -> [UInt64] {
    var double = value
    var carry: UInt64 = 0
    for index in value.indices { (double[index], carry) = (value[index] << 1 | carry, value[index] >> 63) }
    return reduced(double, overflow: carry)
  }

  // a·b/R mod n.
  private func product(_ left: [UInt64], _ right: [UInt64]) -> [UInt64] {
    var sum = [UInt64](repeating: 0, count: modulus.count + 2)
    for limb in left {
      Self.add(limb, times: right, to: &sum)
      Self.add(sum[0] &* inverse, times: modulus, to: &sum)
      sum.removeFirst()
      sum.append(0)
    }
    return reduced(Array(sum[..<modulus.count]), overflow: sum[modulus.count])
  }

  private static func add(_ factor: UInt64, times value: [UInt64], to sum: inout [UInt64]) {
    var carry: UInt64 = 0
    for index in value.indices {
      let (high, low) = factor.multipliedFullWidth(by: value[index])
      let (first, firstCarry) = sum[index].addingReportingOverflow(low)
      let (second, secondCarry) = first.addingReportingOverflow(carry)
      sum[index] = second
      carry = high &+ (firstCarry ? 1 : 0) &+ (secondCarry ? 1 : 0)
    }
    for index in value.count..<sum.count {
      let (value, overflow) = sum[index].addingReportingOverflow(carry)
      sum[index] = value
      carry = overflow ? 1 : 0
    }
  }

  // The value less n where it is not below n; both are computed and one is chosen by a mask.
  private func reduced(_ value: [UInt64], overflow: UInt64) -> [UInt64] {
    var difference = value
    var borrow: UInt64 = 0
    for index in value.indices {
      let (first, firstBorrow) = value[index].subtractingReportingOverflow(modulus[index])
      let (second, secondBorrow) = first.subtractingReportingOverflow(borrow)
      difference[index] = second
      borrow = (firstBorrow ? 1 : 0) | (secondBorrow ? 1 : 0)
    }
    let keep = 0 &- (borrow & (overflow ^ 1))
    return zip(value, difference).map { $0 & keep | $1 & ~keep }
  }

  private static func limbs(_ bytes: [UInt8]) -> [UInt64] {
    stride(from: bytes.count, to: 0, by: -8).map { end in
      bytes[(end - 8)..<end].reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  private static func bytes(_ limbs: [UInt64]) -> [UInt8] {
    limbs.reversed().flatMap { limb in
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: limb >> UInt64($0)) }
    }
  }
}

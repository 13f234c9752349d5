/// A number in decimal, without a binary fraction: what the kernel counted is what is written.
public struct MetricValue: Sendable, Hashable {
  /// Whether it is less than nothing.
  var isNegative: Bool
  /// The digits as one number.
  var digits: UInt64
  /// How many of them stand after the point.
  var places: Int
  /// A power of ten that follows the digits.
  var zeros: Int

  /// A whole number.
  public init(_ value: UInt64) { self.init(digits: value, places: 0) }

  /// A whole number.
  public init(_ value: Int64) { self.init(value, places: 0) }

  /// 1 or 0.
  public init(_ value: Bool) { self.init(UInt64(value ? 1 : 0)) }

  /// `value` divided by ten to the power of `places`.
  public init(_ value: UInt64, places: Int) { self.init(digits: value, places: places) }

  /// `value` divided by ten to the power of `places`.
  public init(_ value: Int64, places: Int) {
    self.init(digits: value.magnitude, places: places)
    isNegative = value < 0
  }

  /// `value` times ten to the power of `zeros`, whatever its size.
  public init(_ value: UInt64, zeros: Int) {
    self.init(digits: value, places: 0)
    self.zeros = zeros
  }

  private init(digits: UInt64, places: Int) {
    isNegative = false
    self.digits = digits
    self.places = places
    zeros = 0
  }
}

extension MetricValue {
  /// The number in the form that both text formats and JSON share: `-0.25`, `17223.55`, `42`.
  func append(to bytes: inout [UInt8]) {
    if isNegative { bytes.append(UInt8(ascii: "-")) }
    // 20 digits are the longest number of 64 bits; a fraction may need noughts before them.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 48) { buffer in
      var start = buffer.count
      var rest = digits
      var written = 0
      var places = places
      // Noughts at the end of a fraction say nothing.
      while places > 0, rest % 10 == 0 {
        rest /= 10
        places -= 1
      }
      repeat {
        if written == places, places > 0 {
          start -= 1
          buffer[start] = UInt8(ascii: ".")
        }
        start -= 1
        buffer[start] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
        written += 1
      } while rest > 0 || written <= places
      bytes.append(contentsOf: buffer[start...])
    }
    if digits > 0 { for _ in 0..<zeros { bytes.append(UInt8(ascii: "0")) } }
  }
}

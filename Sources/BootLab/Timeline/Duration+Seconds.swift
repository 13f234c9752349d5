extension Duration {
  /// Whole microseconds, rounded towards zero.
  var microseconds: Int { Int(components.seconds) * 1_000_000 + Int(components.attoseconds / 1_000_000_000_000) }

  /// Whole milliseconds, rounded to the nearest.
  var milliseconds: Int { (microseconds + (microseconds < 0 ? -500 : 500)) / 1000 }

  /// Seconds with three decimals, such as `-0.250`.
  var seconds: String { Self.thousandths(milliseconds) }

  /// A number of thousandths with its decimal point.
  static func thousandths(_ number: Int) -> String {
    let (whole, rest) = abs(number).quotientAndRemainder(dividingBy: 1000)
    let digits = String(rest)
    return "\(number < 0 ? "-" : "")\(whole).\(String(repeating: "0", count: 3 - digits.count))\(digits)"
  }
}

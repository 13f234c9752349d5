import HostFS

/// Moments as texts.
enum Timestamp {
  /// The wall clock's moment, in UTC with milliseconds: `2026-11-21T20:30:00.123Z` (RFC 3339).
  static var now: String { text(nanoseconds: WallClock.now()) }

  /// The moment that many nanoseconds after the beginning of 1970. A clock that nobody has set yet may be before it.
  static func text(nanoseconds: Int64) -> String {
    let (days, inDay) = quotient(nanoseconds, 86_400_000_000_000)
    let (year, month, day) = date(days)
    let milliseconds = inDay / 1_000_000
    let (seconds, thousandths) = (milliseconds / 1000, milliseconds % 1000)
    return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))T\(digits(seconds / 3600, 2)):"
      + "\(digits(seconds / 60 % 60, 2)):\(digits(seconds % 60, 2)).\(digits(thousandths, 3))Z"
  }

  // The Gregorian calendar counted from the first of March of year 0, in cycles of 400 years: leap days come last.
  private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (cycle, inCycle) = quotient(days + 719_468, 146_097)
    let yearOfCycle = (inCycle - inCycle / 1460 + inCycle / 36_524 - inCycle / 146_096) / 365
    let inYear = inCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let marchMonth = (5 * inYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0), month, inYear - (153 * marchMonth + 2) / 5 + 1)
  }

  private static func quotient(_ value: Int64, _ divisor: Int64) -> (Int64, Int64) {
    let remainder = ((value % divisor) + divisor) % divisor
    return ((value - remainder) / divisor, remainder)
  }

  private static func digits(_ value: Int64, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}

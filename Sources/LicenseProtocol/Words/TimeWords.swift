extension Duration {
  /// The length as a person says it, the two largest units: "6 days 3 hours", "1 minute 5 s", "28 s". Rounded down.
  public var words: String {
    let seconds = max(components.seconds, 0)
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60)
    func unit(_ count: Int64, _ name: String) -> String { "\(count) \(name)\(count == 1 ? "" : "s")" }
    if days > 0 { return unit(days, "day") + (hours > 0 ? " " + unit(hours, "hour") : "") }
    if hours > 0 { return unit(hours, "hour") + (minutes > 0 ? " " + unit(minutes, "minute") : "") }
    if minutes > 0 { return unit(minutes, "minute") + (seconds % 60 > 0 ? " \(seconds % 60) s" : "") }
    return "\(seconds) s"
  }
}

extension ServerTime {
  /// The minute, as a person reads it: "2026-11-21 19:44 UTC".
  public var words: String {
    let (date, second) = parts
    return "\(date) \(ServerTime.two(second / 3600)):\(ServerTime.two(second / 60 % 60)) UTC"
  }

  /// The second, as RFC 3339 writes it: "2026-11-21T19:44:05Z".
  public var timestamp: String {
    let (date, second) = parts
    let time = [second / 3600, second / 60 % 60, second % 60].map(ServerTime.two)
    return "\(date)T\(time.joined(separator: ":"))Z"
  }

  /// The day, "2026-11-21", and the seconds since it began.
  private var parts: (date: String, second: Int64) {
    let day = seconds.dividingFloor(by: 86_400)
    let (year, month, date) = ServerTime.civil(day)
    return ("\(year)-\(ServerTime.two(month))-\(ServerTime.two(date))", seconds - day * 86_400)
  }

  private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

  /// Year, month and day of the Gregorian calendar, of a day counted from 1970-01-01. Eras of 400 years, years from March.
  private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = day + 719_468
    let era = shifted.dividingFloor(by: 146_097)
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let fromMarch = (5 * ofYear + 2) / 153
    let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, ofYear - (153 * fromMarch + 2) / 5 + 1)
  }
}

extension Int64 {
  fileprivate func dividingFloor(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

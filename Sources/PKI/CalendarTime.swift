import SwiftASN1

/// A moment in UTC as a calendar counts it, for certificates, revocation lists and words. Seconds since 1970 everywhere else.
struct CalendarTime: Sendable, Hashable {
  let year: Int
  let month: Int
  let day: Int
  let hours: Int
  let minutes: Int
  let seconds: Int

  private static let secondsPerDay: Int64 = 86_400
  // The Gregorian calendar repeats after 400 years.
  private static let daysPerEra = 146_097
  // From the first of March of the year 0 to the first of January 1970.
  private static let daysBefore1970 = 719_468

  /// The moment `time` seconds after 1970 began. Years are counted from the first of March, so that the leap day is last.
  init(_ time: Int64) {
    let second = Int(((time % Self.secondsPerDay) + Self.secondsPerDay) % Self.secondsPerDay)
    let days = Int((time - Int64(second)) / Self.secondsPerDay) + Self.daysBefore1970
    let era = (days >= 0 ? days : days - Self.daysPerEra + 1) / Self.daysPerEra
    let dayOfEra = days - era * Self.daysPerEra
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hours = second / 3600
    minutes = second / 60 % 60
    seconds = second % 60
  }

  private init(year: Int, month: Int, day: Int, hours: Int, minutes: Int, seconds: Int) {
    (self.year, self.month, self.day) = (year, month, day)
    (self.hours, self.minutes, self.seconds) = (hours, minutes, seconds)
  }

  /// Seconds since 1970.
  var time: Int64 {
    let yearFromMarch = month <= 2 ? year - 1 : year
    let era = (yearFromMarch >= 0 ? yearFromMarch : yearFromMarch - 399) / 400
    let yearOfEra = yearFromMarch - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * Self.daysPerEra + dayOfEra - Self.daysBefore1970
    return Int64(days) * Self.secondsPerDay + Int64(hours * 3600 + minutes * 60 + seconds)
  }
}

extension CalendarTime: CustomStringConvertible {
  /// ISO 8601 in UTC to the second.
  var description: String {
    func padded(_ number: Int, _ width: Int = 2) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(year, 4))-\(padded(month))-\(padded(day))"
      + "T\(padded(hours)):\(padded(minutes)):\(padded(seconds))Z"
  }
}

extension CalendarTime: DERParseable, DERSerializable {
  /// A UTCTime or a GeneralizedTime (RFC 5280, section 4.1.2.5).
  init(derEncoded node: ASN1Node) throws {
    switch node.identifier {
    case .utcTime:
      let time = try UTCTime(derEncoded: node)
      self.init(
        year: time.year, month: time.month, day: time.day, hours: time.hours, minutes: time.minutes,
        seconds: time.seconds)
    default:
      let time = try GeneralizedTime(derEncoded: node)
      self.init(
        year: time.year, month: time.month, day: time.day, hours: time.hours, minutes: time.minutes,
        seconds: time.seconds)
    }
  }

  /// A UTCTime until the end of 2049, a GeneralizedTime from 2050 on (RFC 5280, section 4.1.2.5).
  func serialize(into coder: inout DER.Serializer) throws {
    if (1950..<2050).contains(year) {
      try coder.serialize(
        UTCTime(year: year, month: month, day: day, hours: hours, minutes: minutes, seconds: seconds))
    } else {
      try coder.serialize(
        GeneralizedTime(
          year: year, month: month, day: day, hours: hours, minutes: minutes, seconds: seconds, fractionalSeconds: 0))
    }
  }
}

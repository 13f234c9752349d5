/// Durations as OpenBao's settings spell them: seconds as a number, or Go's `1h30m`, with days (`parseutil`).
enum GoDuration {
  /// An unreadable duration, in Go's words.
  struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    var description: String
  }

  /// The seconds that `text` says.
  static func seconds(_ text: String) throws(Fault) -> Double {
    if text.isEmpty { return 0 }
    if let number = Int(text) { return Double(number) }
    let units: [String: Double] = [
      "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400,
    ]
    var rest = Substring(text)
    var sign = 1.0
    if rest.first == "-" || rest.first == "+" { sign = rest.removeFirst() == "-" ? -1 : 1 }
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      guard let number = Double(digits) else { throw Fault(description: "time: invalid duration \"\(text)\"") }
      rest = rest.dropFirst(digits.count)
      let name = String(rest.prefix { $0.isLetter })
      rest = rest.dropFirst(name.count)
      guard !name.isEmpty else { throw Fault(description: "time: missing unit in duration \"\(text)\"") }
      guard let unit = units[name] else {
        throw Fault(description: "time: unknown unit \"\(name)\" in duration \"\(text)\"")
      }
      total += number * unit
    }
    return sign * total
  }

  /// The seconds that a setting says, as a number or as text.
  static func seconds(_ value: JSONValue) throws(Fault) -> Double {
    switch value {
    case .null: return 0
    case .integer(let number): return Double(number)
    case .decimal(let number): return number
    case .string(let text): return try seconds(text)
    default: throw Fault(description: "could not parse duration from input")
    }
  }

  /// Go's own form: `2160h0m0s`.
  static func text(_ seconds: Int) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
    if hours > 0 { return "\(hours)h\(minutes)m\(rest)s" }
    return minutes > 0 ? "\(minutes)m\(rest)s" : "\(rest)s"
  }
}

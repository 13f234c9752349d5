/// A duration as Go writes it (`time.ParseDuration`): `1h15m30.918s`, in nanoseconds.
struct GoDuration: Sendable, Hashable, Comparable {
  var nanoseconds: Int64

  /// `nil` where the text is none; a number without a unit is none but `0`.
  init?(_ text: String) {
    var rest = Substring(text)
    var sign: Double = 1
    if rest.first == "-" || rest.first == "+" {
      sign = rest.first == "-" ? -1 : 1
      rest = rest.dropFirst()
    }
    if rest == "0" {
      nanoseconds = 0
      return
    }
    guard !rest.isEmpty else { return nil }
    var total: Double = 0
    let units: [(String, Double)] = [
      ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12),
    ]
    while !rest.isEmpty {
      let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(number.count)
      let word = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
      rest = rest.dropFirst(word.count)
      guard let value = Double(number), let unit = units.first(where: { $0.0 == word }) else { return nil }
      total += value * unit.1
    }
    nanoseconds = Int64(sign * total)
  }

  static func < (left: GoDuration, right: GoDuration) -> Bool { left.nanoseconds < right.nanoseconds }

  /// What `time.ParseDuration` says of a text that is none.
  static func fault(_ text: String) -> String {
    let isNumber = !text.isEmpty && text.allSatisfy { $0.isNumber || $0 == "." }
    return isNumber ? "time: missing unit in duration \"\(text)\"" : "time: invalid duration \"\(text)\""
  }
}

/// A resource quantity (k8s.io/apimachinery, `resource.ParseQuantity`): a decimal number and a suffix.
enum Quantity {
  static func isOne(_ text: String) -> Bool {
    var rest = Substring(text)
    if let first = rest.first, "+-".contains(first) { rest = rest.dropFirst() }
    let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard Double(number) != nil else { return false }
    let suffix = rest.dropFirst(number.count)
    if ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].contains(suffix) {
      return true
    }
    return "eE".contains(suffix.first ?? " ") && Int(suffix.dropFirst()) != nil
  }

  static let fault = #"quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"#
}

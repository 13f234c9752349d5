/// `text` in quotes for a finding, cut where it is long; without characters that a terminal obeys or does not show, and
/// without the text where it may be a secret.
func shown(_ text: some StringProtocol) -> String {
  if let reason = Withheld.reason(for: text) { return withheld(reason) }
  return quoted(text)
}

/// As ``shown(_:)``, for a text that should be an address or `host:port`.
func shown(address text: some StringProtocol) -> String {
  if let reason = Withheld.reason(forAddress: text) { return withheld(reason) }
  return quoted(text)
}

private func withheld(_ reason: String) -> String { "'…' (not repeated: \(reason))" }

/// `text` in quotes for a finding, also where it has an `@`: only for texts that cannot be secret.
func quoted(_ text: some StringProtocol) -> String {
  let scalars = text.unicodeScalars
  return "'" + visible(scalars.prefix(80)) + (scalars.dropFirst(80).isEmpty ? "" : "…") + "'"
}

/// `key` as a step of a finding's path, which is printed as well.
func pathStep(_ key: String) -> String { Withheld.reason(for: key) == nil ? visible(key.unicodeScalars) : "…" }

private func visible(_ scalars: some Sequence<Unicode.Scalar>) -> String {
  scalars.reduce(into: "") { result, scalar in
    if scalar.isVisible {
      result.unicodeScalars.append(scalar)
    } else {
      result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }
  }
}

extension Unicode.Scalar {
  /// Whether a terminal shows this character as itself: it is no control, format (bidi) or separator character, and is
  /// assigned. The space is the one blank.
  var isVisible: Bool {
    if isASCII { return (0x20...0x7E).contains(value) }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .privateUse, .unassigned:
      return false
    default: return !properties.isDefaultIgnorableCodePoint
    }
  }
}

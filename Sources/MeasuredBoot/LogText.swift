/// Turns what firmware wrote into a text that a terminal can show: one line, nothing hidden, not endless.
enum LogText {
  /// The longest text that is shown, in characters.
  static let limit = 400

  /// Bytes that should be UTF-8.
  static func shown(_ bytes: some Collection<UInt8>) -> String { shown(String(decoding: bytes, as: UTF8.self)) }

  /// UTF-16 up to its NUL.
  static func utf16(_ bytes: ArraySlice<UInt8>) -> String {
    var reader = LittleEndianReader(bytes)
    var units: [UInt16] = []
    while let unit = reader.integer(UInt16.self), unit != 0 { units.append(unit) }
    return String(decoding: units, as: UTF16.self)
  }

  /// A text with its control characters written as escapes.
  static func shown(_ text: String) -> String {
    var shown = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
      guard count < limit else { return shown + "…" }
      switch scalar.properties.generalCategory {
      case .control where scalar == "\n": shown += "\\n"
      case .control, .format, .privateUse, .unassigned, .surrogate, .lineSeparator, .paragraphSeparator:
        shown += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }
}

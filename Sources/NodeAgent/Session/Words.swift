/// Words of others, as they may be shown: in a journal, on a terminal, in a status line.
enum Words {
  /// The longest text that is shown, in characters.
  static let longest = 500

  /// `text` on one line, without what a terminal would take for a command, cut to ``longest``.
  static func of(_ text: String) -> String {
    var visible = ""
    var count = 0
    for scalar in text.unicodeScalars {
      guard count < longest else { return visible + "…" }
      count += 1
      switch scalar.properties.generalCategory {
      case .control, .format, .privateUse, .unassigned, .surrogate, .lineSeparator, .paragraphSeparator:
        visible.append(" ")
      default: visible.unicodeScalars.append(scalar)
      }
    }
    return visible
  }
}

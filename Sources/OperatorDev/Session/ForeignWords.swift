/// Words that the other end chose, as they may be said, logged and kept. They are counted in bytes: one letter can
/// carry marks enough to fill a message.
enum ForeignWords {
  /// The most that is kept of a text, in bytes of UTF-8.
  static let longest = 500
  /// The most names of a list that are said, and how long one of them is, in bytes of UTF-8.
  private static let mostNames = 8
  private static let longestName = 64

  /// `text` on one line, without what a terminal would take for a command, cut to `limit` bytes of UTF-8.
  static func of(_ text: String, atMost limit: Int = longest) -> String {
    var visible = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      let shown: Unicode.Scalar =
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: " "
        default: scalar
        }
      count += shown.utf8.count
      guard count <= limit else { break }
      visible.append(shown)
    }
    return String(visible)
  }

  /// The first of the names, and where there are more of them, how many.
  static func names(_ names: [String]) -> [String] {
    let first = names.prefix(mostNames).map { of($0, atMost: longestName) }
    return first.count == names.count ? first : first + ["and \(names.count - first.count) more"]
  }
}

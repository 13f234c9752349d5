/// One command line of `ExecStart=` and its like, as words (systemd.service(5), COMMAND LINES).
public struct ExecCommand: Sendable, Hashable, CustomStringConvertible {
  /// The words, none with a NUL, which no argument can have (it is left out); the first is the program, by absolute
  /// path or by a name that systemd looks up in its own path.
  public var words: [String]
  /// The special prefixes before the program, of `@`, `-`, `:`, `+`, `!` and `!!`, in any order; usually empty. They
  /// are written as they are.
  public var prefix: String
  /// Whether systemd may replace specifiers (`%t`) and variables (`$MAINPID`) in the words. By default each word
  /// arrives as it is.
  public var expands: Bool

  /// A command whose program receives exactly `words`, or with `expands` what systemd makes of their specifiers and
  /// variables.
  public init(_ words: [String], prefix: String = "", expands: Bool = false) {
    self.words = words
    self.prefix = prefix
    self.expands = expands
  }

  /// The value for a unit file: words quoted where they need it, `%` as `%%` and `$` as `$$` unless the command
  /// expands.
  public var description: String {
    var line = prefix
    for (index, word) in words.enumerated() {
      if index > 0 { line += " " }
      // The program is never subject to variables, and nothing is under the prefix `:`.
      let hasVariables = index > 0 && !prefix.contains(":")
      line += Self.quote(word, specifiers: !expands, variables: !expands && hasVariables)
    }
    return line
  }

  private static func quote(_ word: String, specifiers: Bool, variables: Bool) -> String {
    var body = ""
    var needsQuotes = word.isEmpty || word == ";"
    for scalar in word.unicodeScalars {
      switch scalar {
      case "%": body += specifiers ? "%%" : "%"
      case "$": body += variables ? "$$" : "$"
      case "\\", "\"":
        body += "\\\(scalar)"
        needsQuotes = true
      case " ", "'":
        body.unicodeScalars.append(scalar)
        needsQuotes = true
      case "\n": (body, needsQuotes) = (body + "\\n", true)
      case "\r": (body, needsQuotes) = (body + "\\r", true)
      case "\t": (body, needsQuotes) = (body + "\\t", true)
      case "\u{1}"..<" ", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        body += digits.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
        needsQuotes = true
      case "\0": continue
      default: body.unicodeScalars.append(scalar)
      }
    }
    return needsQuotes ? "\"\(body)\"" : body
  }
}

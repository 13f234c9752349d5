/// Why a command line cannot be read.
public enum ExecCommandError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A quote is opened and not closed.
  case unbalancedQuotes
  /// The line holds several commands, separated by `;`.
  case severalCommands
  /// The line has no program.
  case empty
  /// The line has a specifier or a variable, whose value only the host knows; the text is the word.
  case needsExpansion(String)

  /// One line for a person.
  public var description: String {
    switch self {
    case .unbalancedQuotes: "a quote is not closed"
    case .severalCommands: "several commands in one line"
    case .empty: "no program in the command line"
    case .needsExpansion(let word): "the value of \(word) is known only on the host"
    }
  }
}

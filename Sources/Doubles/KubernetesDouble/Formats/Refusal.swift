/// Why a double does not start, or does not do what it is asked, in the words of what it stands for.
struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// One line or several, without a last newline.
  var message: String

  init(_ message: String) { self.message = message }

  var description: String { message }

  /// Several at once, as Kubernetes' aggregated errors print: one alone, or a list in brackets.
  static func aggregate(_ messages: [String]) -> Refusal? {
    guard let first = messages.first else { return nil }
    return Refusal(messages.count == 1 ? first : "[\(messages.joined(separator: ", "))]")
  }
}

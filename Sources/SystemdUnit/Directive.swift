public import Diagnostics

/// One `Key=Value` line of a unit file, with the comments above it.
public struct Directive: Sendable, Hashable {
  /// The key, as written: keys are case-sensitive.
  public var key: String
  /// The value with continuation lines joined and outer whitespace removed; empty for `Key=`, which resets a list.
  public var value: String
  /// The lines between the previous directive and this one: comments with their `#` or `;`, and empty lines.
  public var leading: [String]
  /// Where the key starts in the text it was read from; `nil` for a directive made in code. No part of equality.
  public var position: SourcePosition?

  /// A directive made in code, without comments.
  public init(_ key: String, _ value: String) { self.init(key, value, comment: nil) }

  /// A directive made in code, under a comment of one or more lines (written as `# …`).
  public init(_ key: String, _ value: String, comment: String?) {
    self.key = key
    self.value = value
    leading = []
    position = nil
    self.comment = comment
  }

  /// The comment above the directive without its marks, lines joined by newlines; `nil` where there is none.
  public var comment: String? {
    get {
      let lines = leading.filter { !$0.isEmpty }.map { line in
        String(line.dropFirst().drop { $0 == " " })
      }
      return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }
    set {
      leading =
        newValue.map { text in
          text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "#" : "# \($0)" }
        } ?? []
    }
  }

  /// Equal when key, value and comments are; where it was read does not matter.
  public static func == (left: Directive, right: Directive) -> Bool {
    left.key == right.key && left.value == right.value && left.leading == right.leading
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(key)
    hasher.combine(value)
    hasher.combine(leading)
  }
}

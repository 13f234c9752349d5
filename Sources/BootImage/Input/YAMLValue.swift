import Diagnostics

/// A value of a YAML text: its words as they were written, and where they stand. It has no types: `no`, `010` and
/// `1.36` are texts until somebody who knows what is wanted reads them.
struct YAMLValue: Sendable {
  /// The way to the value.
  var path: ValuePath
  /// How a finding names the value: `'vip'`, `item 2 of 'dns'`, `the file`.
  var name: String
  /// Where the value itself begins.
  var position: SourcePosition
  /// Where a person looks for the value: its key, or its own beginning where it has none.
  var place: SourcePosition
  /// What the value is.
  var content: Content

  /// The three shapes of YAML, and nothing.
  enum Content: Sendable {
    /// A scalar, as it was written.
    case text(String)
    /// A sequence.
    case list([YAMLValue])
    /// A mapping in the order of the text, every key once.
    case mapping([YAMLMember])
    /// A key without a value, `~` or `null`.
    case nothing

    /// The shape's name in a finding.
    var shape: String {
      switch self {
      case .text: "a single value"
      case .list: "a list"
      case .mapping: "a mapping"
      case .nothing: "nothing"
      }
    }
  }
}

/// A key of a mapping with its value.
struct YAMLMember: Sendable {
  /// The key's text.
  var key: String
  /// Where the key begins.
  var position: SourcePosition
  /// What it stands for.
  var value: YAMLValue
}

extension YAMLValue {
  /// Adds the place of this value and of everything in it to `marks`. A scalar is marked where it begins, a list or a
  /// mapping at its key: that is the line a person wants to see.
  func mark(in marks: inout SourceMarks) {
    switch content {
    case .text, .nothing: marks[path] = position
    case .list(let items):
      marks[path] = place
      for item in items { item.mark(in: &marks) }
    case .mapping(let members):
      marks[path] = place
      for member in members { member.value.mark(in: &marks) }
    }
  }
}

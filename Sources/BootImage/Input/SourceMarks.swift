public import Diagnostics

/// Where every value of a YAML document stands in its text, so that a finding or `explain` can walk back from a value
/// to its line.
public struct SourceMarks: Sendable {
  /// The document's name as the user gave it.
  public var file: String
  private var positions: [ValuePath: SourcePosition]

  /// Marks of the document `file`.
  public init(file: String, positions: [ValuePath: SourcePosition] = [:]) {
    self.file = file
    self.positions = positions
  }

  /// The place of the value at `path`; `nil` where the document does not have it.
  public subscript(path: ValuePath) -> SourcePosition? {
    get { positions[path] }
    set { positions[path] = newValue }
  }
}

/// A definition together with the text it was read from.
public struct Document<Definition: Sendable>: Sendable {
  /// What the document says.
  public var definition: Definition
  /// Where it says it.
  public var marks: SourceMarks

  /// A definition with its marks.
  public init(_ definition: Definition, marks: SourceMarks) {
    self.definition = definition
    self.marks = marks
  }
}

/// One thing found in an input: what, how grave, and where, inside the value and in the text it was read from.
public struct Finding: Sendable, Hashable {
  /// How grave it is.
  public var severity: Severity
  /// What is the matter, in one line, without the place.
  public var message: String
  /// The way to the value inside its document; `nil` where the text has no such structure.
  public var path: ValuePath?
  /// The name of the input as the user gave it; `nil` until somebody who knows it sets it.
  public var file: String?
  /// The place in the text; `nil` where the value was not read from a text or has no place of its own.
  public var position: SourcePosition?

  /// A finding; only severity and message are always known.
  public init(
    _ severity: Severity, _ message: String, path: ValuePath? = nil, file: String? = nil,
    position: SourcePosition? = nil
  ) {
    self.severity = severity
    self.message = message
    self.path = path
    self.file = file
    self.position = position
  }
}

extension Finding: CustomStringConvertible {
  /// `FILE:LINE:COL: error|warning: text`, the form that compilers use and editors jump from. What is not known is left out.
  public var description: String {
    var text = ""
    if let file { text += "\(file):" }
    if let position { text += "\(position.line):\(position.column):" }
    if !text.isEmpty { text += " " }
    return text + "\(severity.rawValue): \(message)"
  }
}

extension Finding: Comparable {
  /// Orders as a person reads: by file, place, gravity (gravest first), then words, so that a report never depends on who checked first.
  public static func < (left: Finding, right: Finding) -> Bool {
    let files = (left.file ?? "", right.file ?? "")
    if files.0 != files.1 { return files.0 < files.1 }
    let start = SourcePosition(line: 0, column: 0)
    let places = (left.position ?? start, right.position ?? start)
    if places.0 != places.1 { return places.0 < places.1 }
    if left.severity != right.severity { return left.severity > right.severity }
    return left.message < right.message
  }
}

/// Everything found in one pass over an input. Validation adds to a report and goes on; it never stops at the first fault.
public struct Report: Sendable, Hashable {
  /// The findings in the order they were made.
  public private(set) var findings: [Finding]

  /// An empty report, or one with `findings`.
  public init(_ findings: [Finding] = []) { self.findings = findings }

  /// Whether nothing at all was found.
  public var isEmpty: Bool { findings.isEmpty }

  /// Whether any finding is an error: then the input is not accepted.
  public var hasErrors: Bool { findings.contains { $0.severity == .error } }

  /// The findings ordered by file, place, gravity and words, each once.
  public var sorted: [Finding] {
    var seen = Set<Finding>()
    return findings.filter { seen.insert($0).inserted }.sorted()
  }

  /// Adds one finding.
  public mutating func add(_ finding: Finding) { findings.append(finding) }

  /// Adds an error.
  public mutating func error(
    _ message: String, path: ValuePath? = nil, file: String? = nil, position: SourcePosition? = nil
  ) {
    add(Finding(.error, message, path: path, file: file, position: position))
  }

  /// Adds a warning.
  public mutating func warning(
    _ message: String, path: ValuePath? = nil, file: String? = nil, position: SourcePosition? = nil
  ) {
    add(Finding(.warning, message, path: path, file: file, position: position))
  }

  /// Adds everything that another pass found.
  public mutating func add(contentsOf other: Report) { findings.append(contentsOf: other.findings) }

  /// Adds everything that another pass found, naming `file` where that pass did not know it.
  public mutating func add(contentsOf other: Report, in file: String) {
    for var finding in other.findings {
      finding.file = finding.file ?? file
      findings.append(finding)
    }
  }
}

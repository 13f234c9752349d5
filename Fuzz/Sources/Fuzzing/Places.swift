public import Diagnostics

/// The lines of an input, to hold places against.
public struct Places {
  private let text: SourceText
  private let lengths: [Int]

  /// The lines of `bytes`, each ended by LF.
  public init(_ bytes: [UInt8]) {
    text = SourceText(bytes)
    lengths = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(\.count)
  }

  /// Ends the process where `position` is outside the text.
  public func expectInside(_ position: SourcePosition, _ what: @autoclosure () -> String) {
    let isInside =
      lengths.indices.contains(position.line - 1) && (1...lengths[position.line - 1] + 1).contains(position.column)
    expect(isInside, "\(what()) at \(position.line):\(position.column) is outside the text")
  }

  /// Ends the process where a finding of `report` is outside the text, or cannot be shown. Of thousands, the first few.
  public func expectInside(_ report: Report) {
    for (index, finding) in report.findings.prefix(32).enumerated() {
      guard let position = finding.position else { continue }
      expectInside(position, finding.message)
      if index < 2 { expect(text.excerpt(at: position) != nil, "nothing to show for \(finding)") }
    }
  }
}

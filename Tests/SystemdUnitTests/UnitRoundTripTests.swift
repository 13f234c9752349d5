import Diagnostics
import Foundation
import SystemdUnit
import TestSupport
import Testing

/// What is read can be written, and what is written is read again as it was.
@Suite("Round trips of units")
struct UnitRoundTripTests {
  private struct Case: Decodable {
    var name: String
    var services: [String: String]
  }

  @Test(
    "every service that podman's generator prints is read without a finding, and again as it was",
    .enabled(if: SharedFolder.url != nil, "needs the shared folder"))
  func services() throws {
    let decoder = JSONDecoder()
    var count = 0
    for line in try SharedFolder.bytes(of: "conformance/quadlet/cases.jsonl").split(separator: 0x0A) {
      let item = try decoder.decode(Case.self, from: Data(line))
      for (name, text) in item.services {
        var report = Report()
        let file = UnitFile(parsing: text, report: &report)
        #expect(UnitFile(parsing: file.text, report: &report) == file, "\(item.name): \(name)")
        #expect(report.isEmpty, "\(item.name): \(name)")
        count += 1
      }
    }
    #expect(count == 494)
  }

  /// Texts that a fuzzer found, and the place of the one finding in each.
  static let places: [(String, SourcePosition)] = [
    ("[A]\rnonsense\n", SourcePosition(line: 1, column: 5)),
    ("[A]\0K=1\0  nonsense\0\nL=2\n", SourcePosition(line: 1, column: 11)),
    ("[A]\r\nK=1\r\n  nonsense\r\n", SourcePosition(line: 3, column: 3)),
    ("\u{FEFF}nonsense\n", SourcePosition(line: 1, column: 4)),
  ]

  @Test("a place is inside the text as lines that end in LF, whatever else ends a line for systemd", arguments: places)
  func place(text: String, position: SourcePosition) throws {
    var report = Report()
    _ = UnitFile(parsing: text, report: &report)
    #expect(report.findings.map(\.position) == [position])
    #expect(SourceText(text).excerpt(at: position) != nil)
  }

  @Test("a command line ends at a NUL, and what was read is written and read again as it was")
  func commandWithNUL() throws {
    let command = try ExecCommand(parsing: "/bin/a b\0c d")
    #expect(command.words == ["/bin/a", "b"])
    #expect(try ExecCommand(parsing: command.description) == command)
    #expect(throws: ExecCommandError.empty) { try ExecCommand(parsing: "\0/bin/a") }
  }

  @Test("whitespace that podman alone reads at the end of a continued value is not kept")
  func continuedValue() {
    var report = Report()
    let file = UnitFile(parsing: "[A]\nK=1 \\\n\\\nL=2\n", dialect: .podman, report: &report)
    #expect(file.directives(in: "A").map(\.value) == ["1 L=2"])
    let trailing = UnitFile(parsing: "[A]\nK=1 \\\n\\\n\\", dialect: .podman, report: &report)
    #expect(trailing.directives(in: "A").map(\.value) == ["1 "])
    #expect(trailing.validate().isEmpty)
    #expect(UnitFile(parsing: trailing.text, dialect: .podman, report: &report).value(of: "K", in: "A") == "1")
    #expect(report.isEmpty)
  }

  @Test("a CR or NUL that podman reads in a comment is written as a space, and adds no line")
  func commentWithNUL() {
    var report = Report()
    let file = UnitFile(parsing: "#a\0b\rK=1\n[A]\nL=2\n", dialect: .podman, report: &report)
    #expect(file.text == "#a b K=1\n[A]\nL=2\n")
    #expect(report.isEmpty)
  }
}

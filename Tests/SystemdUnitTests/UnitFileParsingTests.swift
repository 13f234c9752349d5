import Diagnostics
import SystemdUnit
import Testing

struct UnitFileParsingTests {
  /// What follows `[Unit]` + newline + `Description=`, with the description that systemd 252 reports for the unit
  /// (`systemd --test`), and whether `Documentation=` on the next line was read as a directive of its own.
  static let continuations: [(String, String, Bool)] = [
    ("one", "one", true),
    ("  one  ", "one", true),
    ("one \\\n two", "one   two", true),
    ("one\\\ntwo", "one two", true),
    ("one\\\\", "one\\\\", true),
    ("one\\\\\\\ntwo", "one\\\\ two", true),
    ("one\\ ", "one\\", true),
    ("one\\\n# comment\n two", "one  two", true),
    ("one\\\n; comment \\\n two", "one  two", true),
    ("one\\\n\n", "one", true),
    ("one\\\n\\\n# c\n\tZ\\\n\n#x\"", "one  \tZ", true),
    ("one\\", "one Documentation=man:x", false),
    ("a=b", "a=b", true),
    ("\"a\" 'b'", "\"a\" 'b'", true),
  ]

  @Test("continuation lines read as systemd reads them", arguments: continuations)
  func continuation(body: String, description: String, hasDocumentation: Bool) {
    var report = Report()
    let file = UnitFile(parsing: "[Unit]\nDescription=\(body)\nDocumentation=man:x\n", report: &report)
    #expect(file.value(of: "Description", in: "Unit") == description)
    #expect((file.value(of: "Documentation", in: "Unit") != nil) == hasDocumentation)
    #expect(report.isEmpty)
  }

  /// A text, what is left of it, and the findings as `line:column severity`.
  static let faults: [(String, [String], [String])] = [
    ("Key=value\n[A]\nK=1\n", ["A.K=1"], ["1:1 warning"]),
    ("[A]\nnonsense\nK=1\n", ["A.K=1"], ["2:1 warning"]),
    ("[A]\n  =x\nK=1\n", ["A.K=1"], ["2:3 warning"]),
    ("[A\nK=1\n", [], ["1:1 error", "2:1 warning"]),
    ("[A]\nK=1\n[]\n  L=2\n", ["A.K=1", "A.L=2"], ["3:1 error"]),
    ("[A]x\n", [], ["1:1 error"]),
    ("[A]  \n\tK =  1\t\n", ["A.K=1"], []),
    ("", [], []),
    ("# only\n; comments\n", [], []),
    ("[A]\r\nK=1\r\nL=2 \\\r\n 3\r\n", ["A.K=1", "A.L=2   3"], []),
    ("\u{FEFF}[A]\nK=1\n", ["A.K=1"], []),
    ("[A]\nK=\n", ["A.K="], []),
    ("[A]\nK=1\n[B]\nK=2\n[A]\nK=3\n", ["A.K=1", "B.K=2", "A.K=3"], []),
  ]

  @Test("a fault costs its own line and is reported with its place", arguments: faults)
  func fault(text: String, kept: [String], findings: [String]) {
    var report = Report()
    let file = UnitFile(parsing: text, report: &report)
    let read = file.sections.flatMap { section in
      section.directives.map { "\(section.name).\($0.key)=\($0.value)" }
    }
    #expect(read == kept)
    let found = report.findings.map { finding in
      "\(finding.position?.line ?? 0):\(finding.position?.column ?? 0) \(finding.severity.rawValue)"
    }
    #expect(found == findings)
  }

  @Test("bytes that are not UTF-8 are an error at their line")
  func invalidBytes() {
    var report = Report()
    let file = UnitFile(parsing: Array("[A]\nK=".utf8) + [0xFF, 0xFE] + Array("\nL=1\n".utf8), report: &report)
    #expect(report.findings.map(\.position) == [SourcePosition(line: 2, column: 1)])
    #expect(report.hasErrors)
    #expect(file.value(of: "L", in: "A") == "1")
  }

  @Test("a directive knows the line and column of its key, also below a continuation")
  func positions() {
    var report = Report()
    let file = UnitFile(parsing: "[A]\nK=1 \\\n  2\n\n  L=3\n", report: &report)
    #expect(
      file.directives(in: "A").map(\.position) == [
        SourcePosition(line: 2, column: 1), SourcePosition(line: 5, column: 3),
      ])
  }

  @Test("podman joins continuation lines with nothing between and trims each")
  func podmanContinuation() {
    var report = Report()
    let text = "[C]\nA=one \\\n   two\nB=one\\\ntwo\nC=x\\\\\ny\nD=1 \\\n\n# comment\n2\n"
    let file = UnitFile(parsing: text, dialect: .podman, report: &report)
    #expect(file.directives(in: "C").map(\.value) == ["one two", "onetwo", "x\\y", "1 2"])
    #expect(report.isEmpty)
  }

  @Test("what systemd ignores makes a file unusable for podman")
  func podmanFaults() {
    for text in ["K=1\n[A]\n", "[A]\nnonsense\n", "[A]\n=1\n"] {
      var report = Report()
      _ = UnitFile(parsing: text, dialect: .podman, report: &report)
      #expect(report.hasErrors, "\(text)")
    }
  }

  @Test("lookups see every section of the name, the last value last")
  func lookups() {
    var file = UnitFile([
      Section("Unit", [Directive("After", "a"), Directive("After", "b")]), Section("Service"),
      Section("Unit", [Directive("After", "c")]),
    ])
    #expect(file.values(of: "After", in: "Unit") == ["a", "b", "c"])
    #expect(file.value(of: "After", in: "Unit") == "c")
    #expect(file.value(of: "Before", in: "Unit") == nil)
    #expect(file.values(of: "After", in: "Install").isEmpty)
    file.append("Type", "oneshot", to: "Service")
    file.append("WantedBy", "multi-user.target", to: "Install")
    #expect(file.sections.map(\.name) == ["Unit", "Service", "Unit", "Install"])
    #expect(file.value(of: "Type", in: "Service") == "oneshot")
    #expect(file.has(section: "Install"))
  }
}

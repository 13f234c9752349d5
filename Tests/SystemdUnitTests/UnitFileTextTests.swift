import Diagnostics
import SystemdUnit
import Testing

struct UnitFileTextTests {
  @Test("the text is sections with an empty line between and a newline at the end")
  func canonical() {
    let file = UnitFile([
      Section("Unit", [Directive("Description", "A thing", comment: "Why it is\nhere.")]),
      Section("Service", [Directive("Type", "oneshot"), Directive("ExecStart", "/bin/true")]),
    ])
    #expect(
      file.text == """
        [Unit]
        # Why it is
        # here.
        Description=A thing

        [Service]
        Type=oneshot
        ExecStart=/bin/true

        """)
    #expect(file.sections[0].directives[0].comment == "Why it is\nhere.")
    #expect(file.validate().isEmpty)
    #expect(UnitFile().text.isEmpty)
  }

  @Test("reading what was written gives the same file, comments included")
  func roundTrip() {
    let text = """
      # About the file
      #
      [Unit]
      # one
      Description=x

      ; two
      After=a b

      # About the service
      [Service]
      ExecStart=/bin/sh -c "a;b"
      Environment=
      # last

      """
    var report = Report()
    let file = UnitFile(parsing: text, report: &report)
    #expect(file.text == text)
    #expect(UnitFile(parsing: file.text, report: &report) == file)
    #expect(report.isEmpty)
  }

  /// Keys and values that try to become more than one directive.
  static let hostile: [(String, String)] = [
    ("Description", "x\nExecStartPre=/bin/evil"),
    ("Description", "x\r\nExecStartPre=/bin/evil"),
    ("Description", "x\rExecStartPre=/bin/evil"),
    ("Description", "x\u{0}ExecStartPre=/bin/evil"),
    ("Description", "x\\"),
    ("Description", "x\\\\\\"),
    ("Description", "x\\ \\"),
    ("Description", "x\\\n"),
    ("Description", "x\\\t"),
    ("Description", "x\\\u{2003}"),
    ("Description", "x\n[Service]\nExecStart=/bin/evil"),
    ("Description\nExecStartPre", "/bin/evil"),
    ("Description=x\nExecStartPre", "/bin/evil"),
    ("[Service]\nExecStartPre", "/bin/evil"),
    ("#Description\nExecStartPre", "/bin/evil"),
  ]

  @Test("no key or value can add a directive or swallow the next one", arguments: hostile)
  func injection(key: String, value: String) {
    let file = UnitFile([Section("Service", [Directive(key, value), Directive("Type", "oneshot")])])
    #expect(file.validate().hasErrors)
    for dialect in UnitDialect.allCases {
      var report = Report()
      let read = UnitFile(parsing: file.text, dialect: dialect, report: &report)
      #expect(read.sections.map(\.name) == ["Service"])
      #expect(read.directives(in: "Service").count == 2, "\(file.text)")
      #expect(read.value(of: "Type", in: "Service") == "oneshot")
      #expect(read.value(of: "ExecStartPre", in: "Service") == nil)
    }
  }

  @Test("keys of other programs' files in this syntax are written as they are")
  func otherKeys() {
    let keys = ["address1", "802-1x.identity", "a/b", "X-Key", "two words", "ümlaut", "a[0]", "k#"]
    let file = UnitFile([Section("ipv4", keys.map { Directive($0, "v") })])
    #expect(file.validate().isEmpty)
    for dialect in UnitDialect.allCases {
      var report = Report()
      #expect(UnitFile(parsing: file.text, dialect: dialect, report: &report) == file)
      #expect(report.isEmpty)
    }
  }

  @Test("no section name or comment can add a line")
  func hostileNamesAndComments() {
    var section = Section("A]\n[Service]\nExecStart=/bin/evil\n[B", [Directive("K", "1", comment: "x\nL=2\u{0}O=5\\")])
    section.leading = ["M=3\nN=4", "#\u{301}\rP=6"]
    let file = UnitFile([section])
    #expect(file.validate().hasErrors)
    var report = Report()
    let read = UnitFile(parsing: file.text, report: &report)
    #expect(read.sections.count == 1)
    #expect(read.sections[0].directives.map(\.key) == ["K"])
    #expect(report.isEmpty)
  }
}

import Diagnostics
import SystemdUnit
import Testing

/// Numbers that are the same in every run (SplitMix64).
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

struct RandomTextTests {
  private static let pieces = [
    "[Unit]", "[X", "]", "=", "\\", "\n", "\n", "\n", "\r\n", "\r", "\0", "#", ";", " ", "\t", "A", "Key", "Exec=",
    "\"", "'", "%", "$", "\\x20", "\\x0", "\u{FEFF}", "é", "\u{85}", "\u{A0}", "\u{301}", "\u{2003}",
  ]

  private static func text(_ random: inout Seeded) -> String {
    (0..<Int.random(in: 0...20, using: &random)).compactMap { _ in pieces.randomElement(using: &random) }.joined()
  }

  @Test("whatever was read without an error reads the same after it was written", arguments: 1...2)
  func roundTrip(seed: UInt64) {
    var random = Seeded(state: seed)
    for _ in 0..<2000 {
      let text = Self.text(&random)
      var report = Report()
      let file = UnitFile(parsing: text, report: &report)
      if report.hasErrors || file.validate().hasErrors { continue }
      var second = Report()
      #expect(UnitFile(parsing: file.text, report: &second) == file, "\(text.debugDescription)")
      #expect(second.isEmpty, "\(text.debugDescription)")
    }
  }

  @Test("whatever is put into a file, it stays one section of two directives", arguments: 1...2)
  func injection(seed: UInt64) {
    var random = Seeded(state: seed)
    for _ in 0..<2000 {
      let wild = Directive(Self.text(&random), Self.text(&random), comment: Self.text(&random))
      var section = Section("A" + Self.text(&random), [wild, Directive("Safe", "1")])
      section.leading = [Self.text(&random)]
      for dialect in UnitDialect.allCases {
        var report = Report()
        let read = UnitFile(parsing: UnitFile([section]).text, dialect: dialect, report: &report)
        #expect(read.sections.count == 1)
        #expect(read.sections.flatMap(\.directives).count <= 2)
        #expect(read.value(of: "Safe", in: read.sections.last?.name ?? "") == "1")
      }
    }
  }

  @Test("the words of a command survive being written", arguments: 1...2)
  func commands(seed: UInt64) throws {
    var random = Seeded(state: seed)
    for _ in 0..<2000 {
      let words = (0...3).map { _ in Self.text(&random).filter { $0 != "\0" } }
      let command = ExecCommand(["/bin/x"] + words)
      if words.contains(where: { $0.utf8.contains(0) }) { continue }
      #expect(try ExecCommand(parsing: command.description) == command, "\(words)")
      var file = UnitFile()
      file.append("ExecStart", command.description, to: "Service")
      var report = Report()
      let read = UnitFile(parsing: file.text, report: &report)
      #expect(read.value(of: "ExecStart", in: "Service") == command.description)
    }
  }
}

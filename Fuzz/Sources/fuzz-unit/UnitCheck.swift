import Diagnostics
import Fuzzing
import SystemdUnit

/// What holds for whatever text is read as a unit file.
struct UnitCheck {
  private let bytes: [UInt8]
  private let dialect: UnitDialect

  init(_ bytes: [UInt8], _ dialect: UnitDialect) {
    self.bytes = bytes
    self.dialect = dialect
  }

  func check() {
    var report = Report()
    let file = UnitFile(parsing: bytes, dialect: dialect, report: &report)
    let places = Places(bytes)
    places.expectInside(report)
    for section in file.sections {
      if let position = section.position { places.expectInside(position, section.name) }
      for directive in section.directives {
        if let position = directive.position { places.expectInside(position, directive.key) }
      }
    }
    checkWriting(file, isClean: !report.hasErrors, isFirst: true)
    for directive in file.sections.flatMap(\.directives).prefix(8) { CommandCheck.check(directive.value) }
  }

  private func checkWriting(_ file: UnitFile, isClean: Bool, isFirst: Bool) {
    let text = file.text
    var second = Report()
    let again = UnitFile(parsing: text, dialect: dialect, report: &second)
    expect(second.isEmpty, "\(dialect): findings in what was written: \(second.findings)")
    if isClean, !file.validate().hasErrors {
      let file = dialect == .podman ? file.asWritten : file
      expect(again == file, "\(dialect): read again: \(again), not \(file)")
      expect(again.text == file.text, "\(dialect): a second writing differs")
    } else {
      expect(again.names.count <= file.names.count, "\(dialect): more sections than were written")
      let directives = (again.sections.flatMap(\.directives).count, file.sections.flatMap(\.directives).count)
      expect(directives.0 <= directives.1, "\(dialect): more directives than were written")
      if isFirst { checkWriting(again, isClean: true, isFirst: false) }
    }
  }
}

extension UnitFile {
  fileprivate var names: [String] { sections.map(\.name).filter { !$0.isEmpty } }
}

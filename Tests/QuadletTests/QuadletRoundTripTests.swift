import Diagnostics
import Quadlet
import SystemdUnit
import TestSupport
import Testing

/// What is read can be written, and what is written is read again as it was.
@Suite("Round trips of podman's own cases", .enabled(if: SharedFolder.url != nil, "needs the shared folder"))
struct QuadletRoundTripTests {
  @Test("every file of every case is read again as it was, and written again as the same bytes")
  func files() {
    var count = 0
    for unit in ConformanceCase.all.flatMap(\.units) {
      var report = Report()
      let file = UnitFile(parsing: unit.text, dialect: .podman, report: &report)
      if report.hasErrors { continue }
      let again = UnitFile(parsing: file.text, dialect: .podman, report: &report)
      #expect(again == file, "\(unit.filename)")
      #expect(again.text == file.text, "\(unit.filename)")
      #expect(report.isEmpty)
      count += 1
    }
    #expect(count == 550)
  }

  @Test("a case whose files were read and written converts as before")
  func conversions() {
    for conformance in ConformanceCase.all {
      var rewritten = conformance
      for index in rewritten.units.indices {
        var report = Report()
        let file = UnitFile(parsing: rewritten.units[index].text, dialect: .podman, report: &report)
        if !report.hasErrors { rewritten.units[index].text = file.text }
      }
      let (before, after) = (conformance.converted, rewritten.converted)
      #expect(after.produced == before.produced, "\(conformance.name)")
      #expect(after.symlinks == before.symlinks, "\(conformance.name)")
      #expect(after.failures == before.failures, "\(conformance.name)")
    }
  }
}

// example
import Diagnostics
import SystemdUnit
// end of example
import TestSupport
import Testing

@Suite("The article on reading and writing a unit")
struct WorkedExampleUnitFileTests {
  @Test("shows the code that runs here, and what it prints")
  func runs() throws {
    let example = try WorkedExample(article: "Sources/SystemdUnit/SystemdUnit.docc/ReadingAndWritingAUnit.md")
    #expect(example.blocks("swift") == [example.code])

    var printed = ""
    func print(_ item: Any, terminator: String = "\n") { printed += "\(item)" + terminator }

    // example
    let text = """
      [Unit]
      Description=Backup of /var
      After=network-online.target var.mount

      # Nightly, see backup.timer.
      [Service]
      Type=oneshot
      ExecStart=/usr/bin/restic backup --tag "whole host" /var
      Nice 19
      """

    // Reading: what cannot be read is found, the rest is kept.
    var report = Report()
    var unit = UnitFile(parsing: text, report: &report)
    for finding in report.sorted { print(finding) }
    print(unit.value(of: "After", in: "Unit") ?? "no After=")

    // Command lines: words in, quoting and escapes out, and the other way.
    for line in unit.values(of: "ExecStart", in: "Service") { print(try ExecCommand(parsing: line).words) }
    let notify = ExecCommand(["/usr/bin/logger", "100% saved"], prefix: "-")

    // Changing and writing: order and comments stay.
    unit.append("Nice", "19", to: "Service")
    unit.append(Directive("ExecStartPost", notify.description, comment: "For the log."), to: "Service")
    if !unit.validate().hasErrors { print(unit.text, terminator: "") }

    // Names: the mount unit of a path.
    let mount = UnitName(UnitName.escape(path: "/var/lib/my-data") + ".mount")
    print(mount?.description ?? "no unit name")
    // end of example

    #expect(example.blocks("text") == [printed])
  }
}

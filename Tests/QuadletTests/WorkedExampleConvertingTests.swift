// example
import Diagnostics
import Quadlet
import SystemdUnit
// end of example
import TestSupport
import Testing

@Suite("The article on converting a unit")
struct WorkedExampleConvertingTests {
  @Test("shows the code that runs here, and what it prints")
  func runs() throws {
    let example = try WorkedExample(article: "Sources/Quadlet/Quadlet.docc/ConvertingAUnit.md")
    #expect(example.blocks("swift") == [example.code])

    var printed = ""
    func print(_ item: Any, terminator: String = "\n") { printed += "\(item)" + terminator }

    // example
    let files = [
      QuadletFile(
        path: "web.container",
        text: """
          [Unit]
          Description=The web server

          [Container]
          Image=registry.example.com/web:1.4
          PublishPort=8080:80
          Volume=pages.volume:/srv:Z

          [Install]
          WantedBy=multi-user.target
          """),
      QuadletFile(path: "web.container.d/10-memory.conf", text: "[Container]\nMemory=256m\n"),
      QuadletFile(path: "pages.volume", text: "[Volume]\nLabel=app=web\n"),
      QuadletFile(path: "job.container", text: "[Container]\nExec=true\n"),
    ]

    let conversion = QuadletGenerator(files: files).convert()
    print("# web.service")
    print(conversion.services["web.service"] ?? "", terminator: "")
    for link in conversion.symlinks.sorted(by: { $0.key < $1.key }) { print("# \(link.key) -> \(link.value)") }

    // The same files for the newest podman and for the one of the host.
    for podman in [PodmanVersion.reference, PodmanVersion(5, 4, 2)] {
      print("# podman \(podman)")
      let report = QuadletGenerator(files: files, podman: podman).convert().report
      for finding in report.sorted { print(finding) }
    }

    // A unit made in code.
    let section = Section("Network", [Directive("Subnet", "10.89.0.0/24"), Directive("Gatway", "10.89.0.1")])
    if let unit = QuadletUnit(name: "front.network", file: UnitFile([section])) {
      print("\(unit.name) becomes \(unit.serviceName)")
      for finding in unit.validate(for: .reference).sorted { print(finding) }
    }
    // end of example

    #expect(example.blocks("text") == [printed])
  }
}

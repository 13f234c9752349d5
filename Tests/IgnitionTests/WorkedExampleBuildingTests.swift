// example
import Diagnostics
import Ignition
// end of example
import TestSupport
import Testing

@Suite("The article on building a config")
struct WorkedExampleBuildingTests {
  @Test("shows the code that runs here, and what it prints")
  func runs() throws {
    let example = try WorkedExample(article: "Sources/Ignition/Ignition.docc/BuildingAConfig.md")
    #expect(example.blocks("swift") == [example.code])

    var printed = ""
    func print(_ item: Any, terminator: String = "\n") { printed += "\(item)" + terminator }

    // example
    var config = IgnitionConfig()

    let hosts = (11...40).map { "10.20.0.\($0) node-\($0)\n" }.joined()
    config.storage.files = [
      .init(path: "/etc/hostname", mode: 0o644, overwrite: true, contents: .init(inline: "node-11\n")),
      .init(path: "/etc/hosts.d/nodes", mode: 0o644, contents: .init(inline: hosts, compressed: true)),
    ]
    config.systemd.units = [
      .init(
        name: "scrub.service", enabled: true,
        contents: """
          [Service]
          Type=oneshot
          ExecStart=/usr/sbin/btrfs scrub start -B /var

          [Install]
          WantedBy=multi-user.target

          """,
        dropins: [.init(name: "10-nice.conf", contents: "[Service]\nNice=19\n")])
    ]
    config.passwd.users = [
      .init(name: "core", sshAuthorizedKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 admin@example.com"])
    ]

    var report = config.validate(for: .v35)
    if let json = config.encoded(for: .v35, report: &report), !report.hasErrors {
      print(String(decoding: json, as: UTF8.self), terminator: "")
    }
    for finding in report.sorted { print(finding) }

    // What is in a config can be read again.
    for file in config.storage.files {
      print("\(file.path): \(try file.contents.inlineBytes().count) bytes")
    }

    // An older specification may lack what is asked for; then there is nothing to write, and a finding says why.
    config.kernelArguments.shouldExist = ["panic=30"]
    var older = Report()
    if config.encoded(for: .v32, report: &older) == nil {
      for finding in older.sorted { print("\(finding.path ?? .root): \(finding.message)") }
    }
    // end of example

    #expect(example.blocks("text") == [printed])
  }
}

import Diagnostics
import Quadlet
import SystemdUnit
import Testing

struct QuadletGeneratorTests {
  static func convert(
    _ files: [String: String], podman: PodmanVersion = .reference, devices: Set<String> = []
  ) -> Conversion {
    let files = files.sorted { $0.key < $1.key }.map { QuadletFile(path: $0.key, text: $0.value) }
    return QuadletGenerator(files: files, podman: podman, devices: devices).convert()
  }

  static func execStart(_ lines: String) -> String? {
    let conversion = convert(["x.container": "[Container]\nImage=q.io/i\n\(lines)\n"])
    let service = conversion.services["x.service"]
    let line = service?.split(separator: "\n").last { $0.hasPrefix("ExecStart=") }
    return line.flatMap { $0.split(separator: " -d ", maxSplits: 1).last.map(String.init) }
  }

  /// Keys of a container, and what follows `-d` in the command that podman 5.8.2 makes of them.
  static let words: [(String, String)] = [
    ("Exec=a \"\" b", "q.io/i a"),
    ("Exec=a 'b c", "q.io/i a \"b\\x20c\""),
    ("Exec=a \\q", "q.io/i"),
    ("Exec=a\\", "q.io/i a"),
    ("Exec=100% $X \\\\ z", "q.io/i 100% $X \"\\\\\" z"),
    ("Exec=100% \\\\", "q.io/i 100%"),
    ("Label=a=1 b\\q\nLabel=c=2", "--label c=2 q.io/i"),
    ("Environment=A=1\nEnvironment=\nEnvironment=B=2", "--env B=2 q.io/i"),
    ("Environment=B=2 A=1 B=3", "--env A=1 --env B=3 q.io/i"),
    ("DropCapability=\"A B\" C\nAddCapability='open", "--cap-drop \"a\\x20b\" --cap-drop c q.io/i"),
    ("ReadOnly=maybe", "--read-only=false q.io/i"),
    ("Volume=/a:/b:z\nVolume=:/c\nVolume=/d", "-v /a:/b:z -v /c -v /d q.io/i"),
    ("Mount=type=tmpfs,dst=/x", "--mount type=tmpfs,dst=/x q.io/i"),
    ("Mount=src=vol,dst=/x", "--mount type=volume,source=vol,dst=/x q.io/i"),
    ("EnvironmentFile=../e %h/f /g", "--env-file /etc/containers/e --env-file %h/f --env-file /g q.io/i"),
  ]

  @Test("words are split and joined as podman does it", arguments: words)
  func wordSplitting(lines: String, command: String) {
    #expect(Self.execStart(lines) == command)
  }

  /// Keys of a container of which podman loses a part, and where that is found.
  static let losses: [(String, String)] = [
    ("Exec='test\\.com'", "3:1: warning: Exec=: podman ignores the line: unsupported escape char"),
    ("Label=regex=^foo(\\?.*)?$", "3:1: warning: Label=: podman ignores the line: unsupported escape char"),
    ("Exec=a \"\" b", "3:1: warning: Exec=: podman stops reading at the empty quoted word"),
    ("Sysctl='open", "3:1: warning: Sysctl=: podman ignores the line: unbalanced quotes"),
    (
      "Label=rule=a && b",
      "3:1: warning: Label=: '&&' has no '=' and follows an assignment; a value with spaces needs quotes around the "
        + "assignment"
    ),
  ]

  @Test("what podman drops without failing is a warning", arguments: losses)
  func silentLosses(line: String, finding: String) {
    let conversion = Self.convert(["x.container": "[Container]\nImage=q.io/i\n\(line)\n"])
    #expect(conversion.report.findings.map(\.description) == ["x.container:\(finding)"])
    #expect(conversion.produced.count == 1)
  }

  @Test("a refused unit is reported at the key that is to blame, also in a drop-in, and the others are converted")
  func findings() {
    let conversion = Self.convert([
      "a.container": "[Unit]\nDescription=a\n\n[Container]\nImage=q.io/i\n  Network=gone.network\n",
      "b.container": "[Container]\nImage=q.io/i\n",
      "b.container.d/10.conf": "[Container]\n\nPod=gone.pod\n",
      "c.container": "[Container]\nImage=q.io/i\n", "d.image": "[Unit]\nDescription=d\n[Image]\nArch=arm64\n",
    ])
    #expect(
      conversion.report.sorted.map(\.description) == [
        "a.container:6:3: error: requested Quadlet unit gone.network was not found",
        "b.container.d/10.conf:3:1: error: quadlet pod unit gone.pod does not exist",
        "d.image:3:1: error: no Image key specified",
      ])
    #expect(conversion.failures.map(\.unit) == ["d.image", "a.container", "b.container"])
    #expect(conversion.produced.map(\.name) == ["c.service"])
  }

  @Test("every unknown key of a unit is reported, not only the first")
  func unknownKeys() {
    let conversion = Self.convert(["a.container": "[Container]\nImage=q.io/i\nOne=1\nTwo=2\n"])
    #expect(conversion.report.findings.compactMap(\.position?.line) == [3, 4])
    #expect(
      conversion.failures.map(\.message) == [
        "unsupported key 'One' in group 'Container' in /etc/containers/systemd/a.container"
      ])
  }

  @Test("a file that cannot be read takes its whole folder with it, as in podman, and says so")
  func unreadableFile() {
    let conversion = Self.convert([
      "a.container": "[Container]\nImage=q.io/i\n", "b.container": "[Container]\nnonsense\n",
      "sub/c.container": "[Container]\nImage=q.io/i\n",
    ])
    #expect(conversion.produced.map(\.unit) == ["c.container"])
    #expect(Set(conversion.report.findings.map(\.file)) == ["a.container", "b.container"])
    #expect(conversion.report.hasErrors)
  }

  @Test("drop-ins come from the folders of the unit, its template, its dashed prefixes and its kind, the nearest first")
  func dropIns() {
    var files = ["a-b@c.container": "[Container]\nImage=q.io/i\n"]
    let folders = ["a-b@c.container.d", "a-b@.container.d", "a-@.container.d", "a-.container.d", "container.d"]
    for (index, folder) in folders.enumerated() {
      files["\(folder)/\(index).conf"] = "[Container]\nEnvironment=V\(index)=\(folder)\n"
      // The same name in every folder: only the nearest counts.
      files["\(folder)/same.conf"] = "[Container]\nEnvironment=SAME=\(folder)\n"
      files["\(folder)/ignored.txt"] = "[Container]\nEnvironment=NO=1\n"
    }
    let text = Self.convert(files).services["a-b@c.service"] ?? ""
    for (index, folder) in folders.enumerated() { #expect(text.contains("--env V\(index)=\(folder) ")) }
    #expect(text.contains("--env SAME=a-b@c.container.d "))
    #expect(!text.contains("NO=1"))
  }

  @Test("of two files with one name the first folder's counts")
  func duplicates() {
    let conversion = Self.convert([
      "x/a.container": "[Container]\nImage=q.io/second\n", "a.container": "[Container]\nImage=q.io/first\n",
    ])
    #expect(conversion.services["a.service"]?.contains("q.io/first") == true)
    #expect(conversion.produced.count == 1)
    #expect(conversion.report.findings.map(\.file) == ["x/a.container"])
  }

  @Test("an older podman refuses the keys and kinds that it does not know")
  func olderPodman() {
    let files = [
      "a.container": "[Container]\nImage=q.io/i\nMemory=1g\n", "b.artifact": "[Artifact]\nArtifact=q.io/a\n",
      "c.volume": "[Volume]\n",
    ]
    #expect(Self.convert(files).failures.isEmpty)
    let older = Self.convert(files, podman: PodmanVersion(5, 4, 2))
    #expect(older.produced.map(\.unit) == ["c.volume"])
    #expect(older.report.findings.count == 2)
    #expect(older.report.hasErrors)
  }

  @Test("a device marked with a dash is passed where the host has it")
  func optionalDevices() {
    let files = ["a.container": "[Container]\nImage=q.io/i\nAddDevice=-/dev/tpmrm0:/dev/tpm0\nAddDevice=/dev/x\n"]
    let without = Self.convert(files).services["a.service"] ?? ""
    #expect(!without.contains("--device /dev/tpmrm0"))
    #expect(without.contains("--device /dev/x"))
    let with = Self.convert(files, devices: ["/dev/tpmrm0"]).services["a.service"] ?? ""
    #expect(with.contains("--device /dev/tpmrm0:/dev/tpm0 --device /dev/x"))
  }

  @Test("a service name that systemd would not load is a warning")
  func serviceNames() {
    let conversion = Self.convert(["a.volume": "[Volume]\nServiceName=../x\n"])
    #expect(conversion.report.findings.map(\.severity) == [.warning])
  }

  @Test("units made in code convert like the files they are written as")
  func unitsInCode() throws {
    let file = UnitFile([
      Section("Container", [Directive("Image", "a.image"), Directive("Exec", ExecCommand(["x y"]).description)])
    ])
    let image = UnitFile([Section("Image", [Directive("Image", "q.io/i:1")])])
    let units = [
      try #require(QuadletUnit(name: "a.container", file: file)),
      try #require(QuadletUnit(name: "a.image", file: image)),
    ]
    let conversion = QuadletGenerator(units: units, mode: .user).convert()
    #expect(conversion.produced.map(\.name) == ["a-image.service", "a.service"])
    #expect(conversion.report.isEmpty)
    let text = try #require(conversion.services["a.service"])
    #expect(text.contains("\nRequires=a-image.service\nAfter=a-image.service\n"))
    #expect(text.contains("\nWants=podman-user-wait-network-online.service\n"))
    #expect(text.hasSuffix(" q.io/i:1 \"x\\x20y\"\n"))
  }
}

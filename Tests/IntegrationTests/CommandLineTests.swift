import Crypto
import Foundation
import TestSupport
import Testing

@Suite("The command line's contract")
struct CommandLineTests {
  private static func program(_ arguments: [String]) throws -> Command {
    try Command([BuiltProgram.path("ll-bootimage")] + arguments)
  }

  @Test(
    "wrong words are usage, status 2, on standard error",
    arguments: [
      ["frobnicate"], ["build"], ["build", "--cluster", "clusters/example.yaml"],
      ["build", "--cluster", "clusters/example.yaml", "--out", "/tmp/never", "--spec", "3.2.0"],
      ["build", "--cluster", "clusters/example.yaml", "--out", "/tmp/never", "--spec", "4"],
      ["graph", "--cluster", "clusters/example.yaml", "--svg", "/tmp/never.svg"], ["validate"],
      ["validate", "--format", "xml", "x"],
    ])
  func usage(arguments: [String]) throws {
    let result = try Self.program(arguments)
    #expect(result.status == 2 && result.output.isEmpty && !result.errors.isEmpty, "\(result.errors)")
  }

  @Test(
    "help and version are no errors", arguments: [["--help"], ["help", "build"], ["build", "--help"], ["--version"]])
  func help(arguments: [String]) throws {
    let result = try Self.program(arguments)
    #expect(result.status == 0 && result.errors.isEmpty && !result.output.isEmpty)
  }

  @Test(
    "a file that is not there is the environment, status 3",
    arguments: [
      ["build", "--cluster", "/nowhere.yaml", "--out", "/tmp/never"], ["validate", "/nowhere.ign"], ["validate", "/"],
    ])
  func environment(arguments: [String]) throws {
    let result = try Self.program(arguments)
    #expect(result.status == 3, "\(result.errors)")
  }

  @Test("broken inputs are status 1, every finding with file, line and column, and leave nothing behind")
  func findings() throws {
    let desk = try Desk()
    let text = try desk.folder.text("cluster.yaml")
      .replacingOccurrences(of: "address: 10.20.0.12", with: "address: 10.20.0.11")
      .replacingOccurrences(of: "role: worker", with: "role: wrecker")
    try desk.folder.write(text, to: "cluster.yaml")
    let before = try FileManager.default.contentsOfDirectory(atPath: desk.folder.url.path).sorted()
    let result = try desk.run(["build", "--out", desk.path("out")])
    #expect(result.status == 1 && result.output.isEmpty)
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 3, "\(result.errors)")
    for line in lines {
      #expect(line.range(of: #"cluster\.yaml:\d+:\d+: error: "#, options: .regularExpression) != nil, "\(line)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: desk.folder.url.path).sorted() == before)
  }

  @Test("init writes files that build, and never over others")
  func initialise() throws {
    let work = try TemporaryFolder()
    let folder = work.url.appendingPathComponent("new").path
    #expect(try Self.program(["init", folder]).status == 0)
    #expect(try Self.program(["init", folder]).status == 3)
    let build = try Self.program(["build", "--cluster", "\(folder)/cluster.yaml", "--out", "\(folder)/out"])
    #expect(build.status == 0, "\(build.errors)")
    #expect(build.errors.contains("not bootable: 16 sealed files missing: master-1:/etc/ll/sealed/openbao.pem"))
    #expect(!build.errors.contains("error:"))
  }

  @Test("validate speaks JSON, one object a line, and reads standard input")
  func validate() throws {
    let config = #"{"ignition":{"version":"3.5.0"},"storage":{"files":[{"path":"relative"}]},"extra":1}"#
    let result = try Command(
      [BuiltProgram.path("ll-bootimage"), "validate", "--format", "json", "-"], input: Data(config.utf8))
    #expect(result.status == 1)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(object["accepted"] as? Bool == false && object["file"] as? String == "-")
    let report = try #require(object["report"] as? [[String: Any]])
    #expect(Set(report.compactMap { $0["path"] as? String }) == ["$.storage.files.0.path", "$.extra"])
    let human = try Command([BuiltProgram.path("ll-bootimage"), "validate", "-"], input: Data(config.utf8))
    #expect(human.errors.contains("<stdin>:1:") && human.errors.contains("^"), "\(human.errors)")
  }

  @Test("graph names the same stages in all its forms")
  func graph() throws {
    let desk = try Desk()
    let text = try desk.run([
      "graph", "--node", "master-2", "--mermaid", desk.path("g.mmd"), "--svg", desk.path("g.svg"),
    ])
    let json = try desk.run(["graph", "--node", "master-2", "--format", "json"])
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let units = try #require(object["stages"] as? [[String: Any]]).compactMap { $0["unit"] as? String }
    #expect(units.count > 15)
    let picture = try desk.folder.text("g.svg")
    let mermaid = try desk.folder.text("g.mmd")
    for unit in units {
      #expect(text.output.contains(unit) && picture.contains(unit) && mermaid.contains(unit), "\(unit)")
    }
  }

  @Test("the same inputs give the same bytes, whatever the folder, locale, time zone, umask and environment")
  func determinism() throws {
    let one = try Desk()
    let other = try Desk()
    #expect(try one.run(["build", "--out", "out", "--bootstrap"]).status == 0)
    let result = try Command(
      [
        "sh", "-c", "umask 077; exec env -i LC_ALL=tr_TR.UTF-8 TZ=Pacific/Kiritimati \"$@\"", "sh",
        BuiltProgram.path("ll-bootimage"), "build", "--cluster", other.path("cluster.yaml"), "--out",
        other.path("elsewhere"),
        "--bootstrap",
      ], in: URL(fileURLWithPath: "/"))
    #expect(result.status == 0, "\(result.errors)")
    for node in ExampleCluster.nodes {
      #expect(try one.folder.text("out/\(node).ign") == other.folder.text("elsewhere/\(node).ign"))
    }
    #expect(try one.folder.text("out/manifest.json") == other.folder.text("elsewhere/manifest.json"))
  }
}

@Suite("Outputs appear whole or not at all")
struct OutputFolderTests {
  /// Whether a folder is what one build made: every config with the hash that the manifest says.
  static func isWhole(_ folder: String) throws -> Bool {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/manifest.json"))
    let manifest = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    for node in try #require(manifest["nodes"] as? [[String: Any]]) {
      let name = try #require(node["config"] as? String)
      let config = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
      let hash = SHA256.hash(data: config).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      if hash != node["sha256"] as? String { return false }
    }
    return true
  }

  @Test("one node is rebuilt and the others stay; a removed node's config goes; foreign files stay")
  func updates() throws {
    let desk = try Desk()
    #expect(try desk.run(["build", "--out", "out"]).status == 0)
    try desk.folder.write("mine", to: "out/notes.txt")
    try desk.folder.write("mine", to: "out/sub/notes.txt")
    let worker = try desk.folder.text("out/worker-2.ign")
    #expect(try desk.run(["build", "--out", "out", "--node", "master-1", "--bootstrap"]).status == 0)
    #expect(try desk.folder.text("out/worker-2.ign") == worker)
    #expect(try Self.isWhole(desk.path("out")))
    #expect(try desk.folder.text("out/manifest.json").contains("\"worker-2.ign\""))

    let text = try desk.folder.text("cluster.yaml")
    let cut = try #require(text.range(of: "  - name: worker-2"))
    try desk.folder.write(String(text[..<cut.lowerBound]), to: "cluster.yaml")
    #expect(try desk.run(["build", "--out", "out"]).status == 0)
    #expect(!FileManager.default.fileExists(atPath: desk.path("out/worker-2.ign")))
    #expect(try desk.folder.text("out/notes.txt") == "mine" && desk.folder.text("out/sub/notes.txt") == "mine")
    #expect(try Self.isWhole(desk.path("out")))
    let left = try FileManager.default.contentsOfDirectory(atPath: desk.folder.url.path).filter { $0.hasPrefix(".") }
    #expect(left == [], "\(left)")
  }

  @Test("a full file system leaves what was there")
  func fullDisk() throws {
    let desk = try Desk()
    let script = """
      mount -t tmpfs -o size=600k tmpfs "$1" && mkdir "$1/out"
      "$2" build --cluster "$3" --out "$1/out" >/dev/null || exit 10
      sha256sum "$1"/out/* > "$1/before"
      dd if=/dev/zero of="$1/filler" bs=1k count=230 2>/dev/null
      "$2" build --cluster "$3" --out "$1/out" --bootstrap; status=$?
      sha256sum --quiet -c "$1/before" || exit 11
      [ "$(ls -A "$1" | wc -l)" = 3 ] || { ls -A "$1"; exit 12; }
      exit $status
      """
    try FileManager.default.createDirectory(atPath: desk.path("disk"), withIntermediateDirectories: true)
    let result = try Command([
      "unshare", "--mount", "sh", "-c", script, "sh", desk.path("disk"), BuiltProgram.path("ll-bootimage"),
      desk.path("cluster.yaml"),
    ])
    #expect(
      result.status == 3 && result.errors.contains("No space left on device"),
      "\(result.status) \(result.output) \(result.errors)")
  }

  @Test("a target that is a file, or has no parent, is said and nothing is left")
  func badTargets() throws {
    let desk = try Desk()
    try desk.folder.write("a file", to: "file")
    for target in ["file", "no/such/parent"] {
      let result = try desk.run(["build", "--out", target])
      #expect(result.status == 3 && result.errors.contains("cannot write into"), "\(result.errors)")
    }
    #expect(try desk.folder.text("file") == "a file")
  }

  @Test("killed at any moment, the folder is the old build or the new one")
  func killed() throws {
    let desk = try Desk()
    #expect(try desk.run(["build", "--out", "out"]).status == 0)
    for round in 0..<12 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: BuiltProgram.path("ll-bootimage"))
      process.arguments =
        ["build", "--cluster", desk.path("cluster.yaml"), "--out", desk.path("out")]
        + (round % 2 == 0 ? ["--bootstrap"] : [])
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(UInt32.random(in: 20_000...300_000))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(try Self.isWhole(desk.path("out")), "round \(round)")
    }
  }
}

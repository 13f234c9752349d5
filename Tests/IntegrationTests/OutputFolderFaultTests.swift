import Foundation
import TestSupport
import Testing

/// What stands in the way of outputs, or ends a build: nothing of anybody's is lost, and nothing is left behind.
@Suite("Output folders under fire")
struct OutputFolderFaultTests {
  private func hidden(_ desk: Desk) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: desk.folder.url.path).filter { $0.hasPrefix(".") }
  }

  private func shell(_ script: String, _ desk: Desk) throws -> Command {
    try Command([
      "sh", "-c", script, "sh", BuiltProgram.path("ll-bootimage"), desk.path("cluster.yaml"), desk.folder.url.path,
    ])
  }

  @Test(
    "a mount point is filled file by file",
    arguments: ["mount -t tmpfs none \"$3/mp\"", "mkdir \"$3/src\"; mount --bind \"$3/src\" \"$3/mp\""])
  func mountPoint(mount: String) throws {
    let desk = try Desk()
    let script = """
      set -e; mkdir "$3/mp"; \(mount)
      "$1" build --cluster "$2" --out "$3/mp" >/dev/null
      "$1" build --cluster "$2" --out "$3/mp" --bootstrap >/dev/null
      ls -A "$3/mp"; umount "$3/mp"
      """
    let result = try Command([
      "unshare", "--mount", "sh", "-c", script, "sh", BuiltProgram.path("ll-bootimage"), desk.path("cluster.yaml"),
      desk.folder.url.path,
    ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.output.split(separator: "\n").sorted()
        == (ExampleCluster.nodes.map { "\($0).ign" } + ["manifest.json"]).sorted().map { Substring($0) })
    #expect(try hidden(desk) == [])
  }

  @Test(
    "what is not ours and has the name of an output is left alone, and nothing else is touched",
    arguments: ["out/master-1.ign/data", "out/manifest.json", "out/worker-1.ign/x"])
  func inTheWay(path: String) throws {
    let desk = try Desk()
    try desk.folder.write("{\"npm\":1}", to: path)
    let before = try Command(["find", desk.path("out"), "-type", "f"]).output
    let result = try desk.run(["build", "--out", "out"])
    #expect(result.status == 3 && result.errors.contains("it was left alone"), "\(result.errors)")
    #expect(try Command(["find", desk.path("out"), "-type", "f"]).output == before)
    #expect(try desk.folder.text(path) == "{\"npm\":1}")
    #expect(try hidden(desk) == [])
  }

  @Test("two builds of one node each at once lose neither")
  func parallel() throws {
    let desk = try Desk()
    #expect(try desk.run(["build", "--out", "out"]).status == 0)
    for _ in 0..<4 {
      let builds = try ["worker-1", "worker-2"].map { node in
        let process = Process()
        process.executableURL = URL(fileURLWithPath: BuiltProgram.path("ll-bootimage"))
        process.arguments =
          [
            "build", "--cluster", desk.path("cluster.yaml"), "--out", desk.path("out"), "--node", node, "--spec",
            "3.3.0",
          ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
      }
      for build in builds {
        build.waitUntilExit()
        #expect(build.terminationStatus == 0)
      }
      for node in ["worker-1", "worker-2"] {
        #expect(try desk.folder.text("out/\(node).ign").hasPrefix("{\"ignition\":{\"version\":\"3.3.0\""))
      }
      #expect(try OutputFolderTests.isWhole(desk.path("out")))
      #expect(try desk.run(["build", "--out", "out"]).status == 0)
    }
    #expect(try hidden(desk) == [])
  }

  @Test("signals leave nothing behind, and what SIGKILL left goes with the next build")
  func signals() throws {
    let desk = try Desk()
    for (round, signal) in [SIGTERM, SIGINT, SIGHUP, SIGTERM, SIGINT, SIGHUP].enumerated() {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: BuiltProgram.path("ll-bootimage"))
      process.arguments = ["build", "--cluster", desk.path("cluster.yaml"), "--out", desk.path("out")]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(UInt32(40_000 + round * 25_000))
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect(try hidden(desk) == [], "signal \(signal)")
    }
    try desk.folder.write("{}", to: ".out.ll-bootimage-Ab12Cd/worker-1.ign")
    try desk.folder.write("mine", to: ".out.notes/file")
    #expect(try desk.run(["build", "--out", "out"]).status == 0)
    #expect(try hidden(desk) == [".out.notes"])
  }

  @Test("a build of one node into another cluster's outputs is refused")
  func otherCluster() throws {
    let desk = try Desk()
    #expect(try desk.run(["build", "--out", "out"]).status == 0)
    let text = try desk.folder.text("cluster.yaml")
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("cluster: ") })
    try desk.folder.write(text.replacingOccurrences(of: String(line), with: "cluster: other"), to: "cluster.yaml")
    let result = try desk.run(["build", "--out", "out", "--node", "worker-1"])
    #expect(result.status == 1 && result.errors.contains("outputs of the cluster"), "\(result.errors)")
    #expect(try OutputFolderTests.isWhole(desk.path("out")))
  }

  @Test("a damaged line of the manifest, or one that does not fit its file, is not said again")
  func damagedManifest() throws {
    let desk = try Desk()
    #expect(try desk.run(["build", "--out", "out"]).status == 0)
    let manifest = try desk.folder.text("out/manifest.json")
    let lines = manifest.components(separatedBy: "\n").map {
      $0.hasPrefix("{\"name\":\"worker-2\"") ? "{\"name\":\"worker-2\", GARBAGE" : $0
    }
    try desk.folder.write(lines.joined(separator: "\r\n"), to: "out/manifest.json")
    try desk.folder.write("changed by hand", to: "out/master-3.ign")
    #expect(try desk.run(["build", "--out", "out", "--node", "worker-1"]).status == 0)
    #expect(try OutputFolderTests.isWhole(desk.path("out")))
    let now = try desk.folder.text("out/manifest.json")
    #expect(
      !now.contains("\"name\":\"worker-2\"") && !now.contains("\"name\":\"master-3\"")
        && now.contains("\"name\":\"master-2\""))
    #expect(try desk.folder.text("out/master-3.ign") == "changed by hand")
  }

  @Test(
    "a result that cannot be printed is status 3; a message that cannot changes nothing",
    arguments: [
      ("\"$1\" graph --cluster \"$2\" >/dev/full", 3),
      ("\"$1\" explain --cluster \"$2\" master-1 /etc/hostname >/dev/full", 3),
      ("\"$1\" --version >/dev/full", 3), ("\"$1\" build --cluster \"$2\" --out \"$3/out\" 2>/dev/full >/dev/null", 0),
      ("\"$1\" build --cluster \"$2\" --out \"$3/out\" 2>&- >/dev/null", 0),
      ("\"$1\" build --cluster /nowhere --out x 2>/dev/full", 3),
      ("echo '{}' | \"$1\" validate - 2>/dev/full", 1), ("\"$1\" 2>/dev/null", 2),
      ("trap '' PIPE; { \"$1\" graph --cluster \"$2\"; echo $? >\"$3/status\"; } | true; exit $(cat \"$3/status\")", 0),
    ])
  func streams(script: String, status: Int32) throws {
    let desk = try Desk()
    #expect(try shell(script, desk).status == status)
  }

  @Test("pictures go into plain files only")
  func pictures() throws {
    let desk = try Desk()
    #expect(mkfifo(desk.path("pipe"), 0o600) == 0)
    let result = try desk.run(["graph", "--node", "worker-1", "--svg", "pipe"])
    #expect(result.status == 3 && result.errors.contains("not a plain file"), "\(result.errors)")
    try FileManager.default.createSymbolicLink(atPath: desk.path("link.svg"), withDestinationPath: "real.svg")
    try desk.folder.write("old", to: "real.svg")
    #expect(try desk.run(["graph", "--node", "worker-1", "--svg", "link.svg"]).status == 0)
    #expect(try desk.folder.text("real.svg").hasPrefix("<svg"))
    #expect(try hidden(desk) == [])
  }

  @Test("init is all or nothing")
  func initialise() throws {
    let desk = try Desk()
    try desk.folder.write("in the way", to: "new/images")
    let result = try Command([BuiltProgram.path("ll-bootimage"), "init", desk.path("new")])
    #expect(result.status == 3 && result.errors.contains("nothing was written"), "\(result.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: desk.path("new")) == ["images"])
    #expect(try Command([BuiltProgram.path("ll-bootimage"), "init", ""]).status == 2)
  }
}

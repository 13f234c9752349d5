import BootChain
import BootLab
import Foundation
import TestSupport
import Testing

enum LabCondition {
  static let isMet: Bool = {
    guard let tools = try? LabTools(), (try? tools.require(NspawnMachine().programs)) != nil else { return false }
    let type = try? FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
    return type == .typeCharacterSpecial
  }()
}

@Suite(
  "A node in the lab", .serialized,
  .enabled(if: LabCondition.isMet, "it needs root, the lab's tree (`make lab`), systemd-nspawn and a sound /dev"))
struct LabTests {
  private static func node(_ folder: TemporaryFolder, failing: String? = nil) throws -> LabNode {
    let file = folder.url.appendingPathComponent("worker-1.ign")
    try StandInNode.config(failing: failing).write(to: file)
    return LabNode(name: "worker-1", config: file.path, chain: Recording.chain)
  }

  /// What there is of the run in `path`: its folder, control group, mounts, and processes that name it.
  private static func remains(of path: String) throws -> [String] {
    let name = URL(fileURLWithPath: path).lastPathComponent
    let files = FileManager.default
    var found = [path, "/sys/fs/cgroup/\(name)", "/sys/fs/cgroup/unified/\(name)"]
    found.removeAll { !files.fileExists(atPath: $0) }
    for process in try files.contentsOfDirectory(atPath: "/proc") where Int(process) != nil {
      for file in ["cmdline", "mountinfo"] {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/\(file)", encoding: .utf8) else { continue }
        if text.contains(name) { found.append("/proc/\(process)/\(file)") }
      }
    }
    return found
  }

  @Test("boots to its last proof, shuts down, boots again, and leaves nothing behind")
  func boots() throws {
    let folder = try TemporaryFolder()
    let lab = try Lab(try LabTools())
    defer { lab.end() }
    let node = try Self.node(folder)
    let first = try lab.boot(node, on: NspawnMachine())
    #expect(try first.wait(forProofOf: ChainUnit.ciliumReady, atMost: .seconds(90)), "\(first.bootLog)")
    // What is unpacked for people only runs beside the chain and may come after its last proof.
    #expect(
      try first.wait(atMost: .seconds(90)) { _ in first.timeline().stages.allSatisfy { $0.state == .ready } },
      "\(first.timeline().stages.filter { $0.state != .ready }.map { "\($0.stage.unit): \($0.state)" })")
    let timeline = first.timeline()
    #expect(timeline.finished != nil)
    #expect(timeline.criticalChain.first?.stage.after == [])
    #expect(try first.powerOff())

    let second = try lab.boot(node, on: NspawnMachine(), isFirst: false)
    #expect(second.entries.isEmpty)
    #expect(try second.wait(forProofOf: ChainUnit.ciliumReady, atMost: .seconds(90)), "\(second.bootLog)")
    #expect(Set(second.entries.map(\.bootID)).isDisjoint(with: first.entries.map(\.bootID)))
    #expect(second.timeline().finished != nil)

    #expect(try !Self.remains(of: lab.path).isEmpty)
    lab.end()
    #expect(try Self.remains(of: lab.path) == [])
  }

  @Test("names the unit that broke its chain")
  func breaks() throws {
    let folder = try TemporaryFolder()
    let lab = try Lab(try LabTools())
    defer { lab.end() }
    let node = try Self.node(folder, failing: ChainUnit.crio)
    let running = try lab.boot(node, on: NspawnMachine())
    // Kubelet goes on without it: the stage itself is what is broken. Its words come to the journal by another way than
    // the manager's, before or after them.
    let hasFailed = try running.wait(atMost: .seconds(90)) { entries in
      entries.contains { UnitEvent($0).map { $0.unit == ChainUnit.crio && $0.kind == .failed("exit-code") } ?? false }
        && entries.contains { $0.concerns(ChainUnit.crio) && $0.message == "it cannot" }
    }
    #expect(hasFailed, "\(running.bootLog)")
    #expect(running.timeline()[ChainUnit.crio]?.state != .ready)
  }

  @Test("a config that Ignition refuses boots nothing, and its words are told")
  func refused() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("worker-1.ign")
    try Data(#"{"ignition":{"version":"9.9.9"}}"#.utf8).write(to: file)
    let lab = try Lab(try LabTools())
    defer { lab.end() }
    let running = try lab.boot(
      LabNode(name: "worker-1", config: file.path, chain: Recording.chain), on: NspawnMachine())
    #expect(try !running.wait(forProofOf: ChainUnit.ciliumReady, atMost: .seconds(90)))
    #expect(running.exitStatus == 1)
    #expect(running.bootLog.contains { $0.contains("CRITICAL") })
  }

  @Test(
    "nothing runs on when the program is ended, and what SIGKILL leaves of files the next run removes",
    .enabled(if: FileManager.default.isExecutableFile(atPath: BuiltProgram.path("ll-bootimage"))),
    arguments: [SIGINT, SIGTERM, SIGKILL])
  func ended(signal: Int32) throws {
    let folder = try TemporaryFolder()
    let node = try Self.node(folder)
    let before = Set(try Self.runs())
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Who runs the tests may ignore signals, and what is ignored from the start stays ignored.
    process.arguments = [
      "--default-signal", BuiltProgram.path("ll-bootimage"), "boot", "--config", node.config, "--last-proof",
      "never.service", "--timeout", "60",
    ]
    process.currentDirectoryURL = SharedFolder.checkout
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    var path: String?
    for _ in 0..<1200 where path == nil {
      usleep(50_000)
      path = try Self.runs().first { run in
        !before.contains(run) && FileManager.default.fileExists(atPath: "\(run)/worker-1/state/console.log")
      }
    }
    let run = try #require(path)
    #expect(try Self.remains(of: run).count > 5)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(process.terminationStatus == signal)
    // A killed program waits for nobody; the kernel needs a moment for the namespaces.
    for _ in 0..<600 where try Self.remains(of: run).contains(where: { $0.hasPrefix("/proc") }) { usleep(50_000) }
    #expect(try !Self.remains(of: run).contains { $0.hasPrefix("/proc") })
    if signal == SIGKILL { try Lab(try LabTools()).end() }
    #expect(try Self.remains(of: run) == [])
  }

  private static func runs() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/var/tmp").filter { $0.hasPrefix("ll-boot.") }
      .map { "/var/tmp/\($0)" }
  }
}

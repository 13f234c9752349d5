import Foundation
import TestSupport
import Testing

/// The built program; `nil` where this run did not build it.
private let program: URL? = {
  let url = Bundle.main.bundleURL.appendingPathComponent("ll-node")
  return FileManager.default.isExecutableFile(atPath: url.path) ? url : nil
}()

@Suite("ll-node addons: exit codes, words and signals", .enabled(if: program != nil), .timeLimit(.minutes(5)))
struct AddOnsCommandTests {
  func arguments(_ cluster: FakeCluster, _ more: [String]) throws -> [String] {
    let manifest = try cluster.folder.write(cluster.manifest(), to: "addons.conf")
    return [program?.path ?? "", "addons", "--manifest", manifest.path, "--node", "master-1"] + more
  }

  @Test("--once: everything in one pass, and nothing more the second time")
  func once() throws {
    let cluster = try FakeCluster()
    let first = try Command(arguments(cluster, ["--once"]))
    #expect(first.status == 0)
    #expect(first.errors.isEmpty)
    #expect(
      first.output == """
        addons: applying: rbac
        addons: applied: rbac (apply)
        addons: applying: cilium
        addons: applied: cilium (install)
        addons: applying: coredns
        addons: applied: coredns (apply)
        addons: applied: labels-master-1 (label)
        addons: labels are pending: not registered yet: worker-1
        addons: ready: 5 of 5

        """)
    _ = try cluster.changes()
    let second = try Command(arguments(cluster, ["--once", "--format", "json"]))
    #expect(second.status == 0)
    let lines = second.output.split(separator: "\n")
    #expect(lines.first == "{\"gate\":\"addons\",\"event\":\"present\",\"name\":\"rbac\"}")
    #expect(lines.contains("{\"gate\":\"addons\",\"event\":\"pending\",\"nodes\":[\"worker-1\"]}"))
    #expect(lines.last?.hasPrefix("{\"gate\":\"addons\",\"items\":[") == true)
    for line in lines { #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) } }
    #expect(try cluster.changes().isEmpty)
  }

  @Test("--once where something fails is 3 with what failed")
  func onceFailing() throws {
    let cluster = try FakeCluster()
    try cluster.folder.write("", to: "fail-coredns.yaml")
    let outcome = try Command(arguments(cluster, ["--once"]))
    #expect(outcome.status == 3)
    #expect(
      outcome.errors == """
        addons: waiting for 1 of 5: coredns
        \(cluster.path)/addons/coredns.yaml: error: kubectl apply: exit status 1: Error from server: admission refused \
        coredns.yaml

        """)
  }

  @Test("it waits for the API server and then applies")
  func waits() throws {
    let cluster = try FakeCluster(ready: false)
    let late = Thread {
      // Who asks a second time has heard "no" the first time.
      for _ in 0..<1200 where ((try? cluster.folder.text("log")) ?? "").split(separator: "\n").count < 2 {
        Thread.sleep(forTimeInterval: 0.05)
      }
      _ = try? cluster.folder.write("", to: "cluster/ready")
    }
    late.start()
    let outcome = try Command(arguments(cluster, ["--interval", "0.05"]))
    #expect(outcome.status == 0)
    #expect(outcome.errors.split(separator: "\n").count == 2, "told once, not at each look")
    #expect(outcome.errors.contains("127.0.0.1:7443 was refused"))
    #expect(outcome.output.contains("addons: ready: 5 of 5"))
  }

  @Test("killed between applying and recording, the next run applies again and records")
  func killed() throws {
    let cluster = try FakeCluster()
    try cluster.folder.write("", to: "kill-before-record")
    let first = try Command(arguments(cluster, []))
    #expect(first.status == 128 + SIGKILL)
    #expect(cluster.has("cluster/rbac.yaml") && !cluster.has("cluster/records/rbac"))
    try cluster.remove("kill-before-record")
    _ = try cluster.changes()
    #expect(try Command(arguments(cluster, ["--once"])).status == 0)
    #expect(try cluster.changes() == AddOnsTests.everything)
  }

  @Test("SIGTERM ends the child and its children too")
  func terminated() throws {
    let cluster = try FakeCluster()
    try cluster.folder.write("", to: "hang-rbac.yaml")
    let words = try arguments(cluster, [])
    let process = Process()
    process.executableURL = program
    process.arguments = Array(words.dropFirst())
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    // The file is there before the number is in it.
    for _ in 0..<6000 where (try? cluster.folder.text("hanging"))?.hasSuffix("\n") != true {
      Thread.sleep(forTimeInterval: 0.01)
    }
    let child = try cluster.folder.text("hanging")
    #expect(try isRunning(child))
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGTERM)
    #expect(try hasEnded(child))
  }

  @Test("who starts it may ignore the signals that it needs")
  func ignoredSignals() throws {
    let cluster = try FakeCluster()
    let words = try arguments(cluster, ["--once"])
    #expect(try Command(["timeout", "120", "env", "--ignore-signal=CHLD"] + words).status == 0)
  }

  @Test("what it is told to ignore it ignores, as under nohup")
  func nohup() throws {
    let cluster = try FakeCluster(ready: false)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["--ignore-signal=HUP"] + (try arguments(cluster, ["--interval", "0.05"]))
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<6000 where !cluster.has("log") { Thread.sleep(forTimeInterval: 0.01) }
    kill(process.processIdentifier, SIGHUP)
    Thread.sleep(forTimeInterval: 0.2)
    #expect(process.isRunning)
    kill(process.processIdentifier, SIGQUIT)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGQUIT)
  }

  @Test("a wrong manifest is 1 with all findings, an absent one 3")
  func wrong() throws {
    let cluster = try FakeCluster()
    let manifest = try cluster.folder.write("[AddOns]\nKubectl=x\n[Manifest]\nPth=/x\n", to: "wrong.conf")
    let outcome = try Command([program?.path ?? "", "addons", "--manifest", manifest.path])
    #expect(outcome.status == 1)
    #expect(
      outcome.errors == """
        \(manifest.path):1:1: error: [AddOns] without Kubeconfig=
        \(manifest.path):1:1: error: [AddOns] without StateDirectory=
        \(manifest.path):2:1: error: Kubectl= is not an absolute path: "x"
        \(manifest.path):3:1: error: [Manifest] without Path=
        \(manifest.path):4:1: error: unknown key Pth= in [Manifest]

        """)
    #expect(try Command([program?.path ?? "", "addons", "--manifest", "/absent"]).status == 3)
  }
}

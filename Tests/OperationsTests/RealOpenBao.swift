import Foundation
import Glibc
import TestSupport

/// The masters' real OpenBao servers, on loopback: the rendered `openbao.hcl`, with other addresses and folders, and what each master's TPM has
/// released. `bao` is the one that `LL_BAO` names, or the first on PATH.
final class RealOpenBao {
  /// The program; `nil` where there is none, so that the suite can skip itself by name.
  static let program: String? = {
    let named = ProcessInfo.processInfo.environment["LL_BAO"]
    if let found = try? Command([named ?? "bao", "version"]), found.output.hasPrefix("OpenBao v2.") {
      return named ?? (try? Command(["which", "bao"]).output.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    return nil
  }()

  let cluster: OperatedCluster
  private let program: String
  private let ports: [String: [Int]]
  private var servers: [String: Process] = [:]
  private var token = ""

  init(_ masters: [String]) throws {
    guard let program = Self.program else { throw RunbookFailure(description: "no bao") }
    self.program = program
    cluster = try OperatedCluster()
    ports = Dictionary(
      uniqueKeysWithValues: try OperatedCluster.masters.map { ($0, [try FreePort.take(), try FreePort.take()]) })
    let link = cluster.path("bin/bao")
    try FileManager.default.removeItem(atPath: link)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: program)
    for (index, master) in masters.enumerated() {
      try start(master, initialises: index == 0)
      guard try isUnsealed(master) else { throw RunbookFailure(description: log(master)) }
    }
  }

  deinit { for master in servers.keys.sorted() { stop(master) } }

  /// Ends the server of `master`, in peace where it can. Not by `timeout`, which was started with its signals blocked.
  func stop(_ master: String) {
    guard let server = servers.removeValue(forKey: master) else { return }
    let text = (try? cluster.folder.text("bao/\(master)/pid")) ?? ""
    if let process = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) {
      for turn in 0..<100 where server.isRunning {
        kill(process, turn < 80 ? SIGTERM : SIGKILL)
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
    server.waitUntilExit()
  }

  /// Starts the server of `master` with what its folder and its tmpfs have now; `edit` changes its configuration.
  func start(_ master: String, initialises: Bool = false, edit: (String) -> String = { $0 }) throws {
    stop(master)
    let memory = cluster.memory.appendingPathComponent("\(master)/openbao")
    let listener = memory.appendingPathComponent("listener.pem")
    try? FileManager.default.removeItem(at: listener)
    try FileManager.default.copyItem(at: memory.appendingPathComponent("bootstrap-listener.pem"), to: listener)
    var configurations = [("openbao.hcl", "/etc/openbao/openbao.hcl")]
    if initialises { configurations.append(("self-init.hcl", "/etc/openbao-bootstrap/self-init.hcl")) }
    try? FileManager.default.removeItem(atPath: cluster.path("bao/\(master)/conf"))
    for (name, path) in configurations {
      let text = edit(adapted(cluster.text(path, on: master), to: master))
      try cluster.folder.write(text, to: "bao/\(master)/conf/\(name)")
    }
    try FileManager.default.createDirectory(
      atPath: cluster.path("bao/\(master)/data"), withIntermediateDirectories: true)
    let log = try cluster.folder.write("", to: "bao/\(master)/log")
    let server = Process()
    server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Should a test be killed, it ends by itself.
    server.arguments = [
      "timeout", "--kill-after=5", "600", "sh", "-c", "echo $$ > \"$1\"; exec \"$2\" server \"-config=$3\"", "sh",
      cluster.path("bao/\(master)/pid"), program, cluster.path("bao/\(master)/conf"),
    ]
    server.standardInput = FileHandle.nullDevice
    server.standardOutput = try FileHandle(forWritingTo: log)
    server.standardError = server.standardOutput
    try server.run()
    servers[master] = server
  }

  private func adapted(_ text: String, to master: String) -> String {
    var text = text
    for (path, place) in [
      ("/var/lib/openbao", cluster.path("bao/\(master)/data")),
      ("/run/ll/openbao", cluster.memory.appendingPathComponent("\(master)/openbao").path),
      ("/etc/ll/anchors", cluster.path("nodes/\(master)/etc/ll/anchors")),
    ] { text = text.replacingOccurrences(of: path, with: place) }
    for (index, name) in OperatedCluster.masters.enumerated() {
      for (offset, port) in (ports[name] ?? []).enumerated() {
        text = text.replacingOccurrences(of: "10.20.0.1\(index + 1):\(8200 + offset)", with: "127.0.0.1:\(port)")
      }
    }
    return text
  }

  /// What the server of `master` has written since its start.
  func log(_ master: String) -> String { (try? cluster.folder.text("bao/\(master)/log")) ?? "" }

  /// Whether the server of `master` unseals itself; it tries again every five seconds, and its log says why not.
  func isUnsealed(_ master: String) throws -> Bool {
    for _ in 0..<120 {
      let status = try Command([program, "status", "-format=json"], environment: environment(master))
      if status.status == 0, log(master).contains("vault is unsealed") { return true }
      if log(master).contains("unknown key id for data") { return false }
      Thread.sleep(forTimeInterval: 0.25)
    }
    return false
  }

  private func environment(_ master: String) -> [String: String] {
    [
      "BAO_ADDR": "https://127.0.0.1:\(ports[master]?.first ?? 0)", "BAO_TOKEN": token,
      "BAO_CACERT": cluster.path("nodes/\(master)/etc/ll/anchors/openbao.pem"),
      "BAO_TLS_SERVER_NAME": "openbao.nodes.example.internal",
    ]
  }

  /// Runs `script` as ``OperatedCluster/shell(_:environment:)`` does, logged in where ``logIn()`` was.
  func shell(_ script: String, at master: String = "master-1") throws -> Command {
    try cluster.shell(script, environment: environment(master).merging(["LL_REAL": "1"]) { $1 })
  }

  /// Runs a block of a runbook, which must succeed.
  @discardableResult
  func run(_ name: String, _ index: Int) throws -> Command {
    let done = try shell(try cluster.document.block(name, index))
    guard done.status == 0 else {
      throw RunbookFailure(description: "\(name), block \(index): \(done.output)\(done.errors)")
    }
    return done
  }

  /// Logs the administrator in as the document says, at `master`.
  func logIn(at master: String = "master-1") throws {
    let block = try cluster.document.block(OperationsDocument.preparations, 1)
      .replacingOccurrences(of: "https://10.20.0.11:8200", with: environment(master)["BAO_ADDR"] ?? "")
      .replacingOccurrences(of: "/dev/shm/", with: cluster.memory.path + "/")
    let done = try cluster.shell(block + "printf %s \"$BAO_TOKEN\" > .token\n")
    guard done.status == 0 else { throw RunbookFailure(description: done.output + done.errors) }
    token = try cluster.folder.text(".token")
  }

  /// Takes the certificate `name` with its key off the desk, onto the tmpfs.
  func export(_ name: String, as file: String) throws -> String {
    let path = cluster.memory.appendingPathComponent(file).path
    try cluster.desk.run(["pki", "export", name, "--plain", "--out", path] + cluster.desk.opening)
    return path
  }

  /// Logs in with the certificate and key in `file`: the token, or what was said.
  func login(_ file: String, as role: String) throws -> (token: String?, errors: String) {
    let done = try shell(
      "bao login -no-store -token-only -method=cert -client-cert=\(file) -client-key=\(file) name=\(role)")
    return (done.status == 0 ? done.output.trimmingCharacters(in: .whitespacesAndNewlines) : nil, done.errors)
  }
}

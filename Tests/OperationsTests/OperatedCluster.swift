import Foundation
import TestSupport

/// The example cluster after its first day: a desk, and five nodes that are a folder and a simulated TPM each.
///
/// Runbooks run as they are written. What they reach over `ssh` happens in the node's folder; `systemctl restart` does what the node's units do
/// (import, unseal), and starts a double of OpenBao that has the static seal's rules, as `RealOpenBaoTests` finds them in the real one.
final class OperatedCluster {
  static let masters = ["master-1", "master-2", "master-3"]
  static let nodes = masters + ["worker-1", "worker-2"]
  static let isPossible =
    SoftwareTPM.isInstalled && (try? Command(["age-keygen", "--version"]).status) == 0
    && (try? Command(["tpm2_pcrextend", "--version"]).status) == 0
    && FileManager.default.isWritableFile(atPath: "/dev/shm")

  let folder: TemporaryFolder
  let desk: SimulatedDesk
  let document: OperationsDocument
  /// A tmpfs, where the nodes' secrets are released to.
  let memory: URL

  /// The first day, made once for all tests of a run.
  private static let firstDay: Result<TemporaryFolder, any Error> = Result {
    // A static is never let go of.
    atexit {
      if let folder = try? OperatedCluster.firstDay.get() { try? FileManager.default.removeItem(at: folder.url) }
    }
    return try makeFirstDay()
  }

  /// A cluster of one's own, as its first day left it.
  convenience init() throws {
    let template = try Self.firstDay.get()
    try self.init(folder: try TemporaryFolder())
    for (from, to) in [(template.url.path, folder.url.path), ("\(template.url.path)/memory", memory.path)] {
      let copy = try Command(["cp", "-aT", from, to])
      guard copy.status == 0 else { throw RunbookFailure(description: copy.errors) }
    }
  }

  private init(folder: TemporaryFolder) throws {
    self.folder = folder
    desk = SimulatedDesk(folder: folder, clusterFile: folder.url.appendingPathComponent("cluster.yaml").path)
    document = try OperationsDocument()
    memory = URL(fileURLWithPath: "/dev/shm/ll-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: memory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: memory) }

  private static func makeFirstDay() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let cluster = try OperatedCluster(folder: folder)
    let checkout = SharedFolder.checkout
    for (path, name) in [
      ("clusters/example.yaml", "cluster.yaml"), ("images/master/image.yaml", "images/master/image.yaml"),
      ("images/worker/image.yaml", "images/worker/image.yaml"),
    ] {
      try folder.write(
        String(decoding: try Data(contentsOf: checkout.appendingPathComponent(path)), as: UTF8.self), to: name)
    }
    for (name, script) in StandInPrograms.all {
      let url = try folder.write(script, to: name)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
    }
    try cluster.desk.begin(["--administrator", "alice"])
    for node in nodes { try cluster.desk.identify(node) }
    try cluster.desk.seal(["--bootstrap", "--escrow", cluster.path("shares")])
    try cluster.desk.run([
      "build", "--cluster", cluster.desk.clusterFile, "--bootstrap", "--out", cluster.path("out"),
    ])
    for node in nodes { try cluster.install(node) }
    for node in nodes {
      let start = try cluster.shell("ssh core@\(node) sudo systemctl restart openbao openbao-agent")
      guard start.status == 0 else { throw RunbookFailure(description: start.errors) }
    }
    let kept = try Command(["cp", "-aT", cluster.memory.path, cluster.path("memory")])
    guard kept.status == 0 else { throw RunbookFailure(description: kept.errors) }
    return folder
  }

  /// The path of a file on the desk.
  func path(_ name: String) -> String { desk.path(name) }

  /// Puts those files of `node`'s config where Ignition would that a runbook may replace.
  func install(_ node: String) throws {
    let script = """
      wanted='^/etc/\\(ll/\\|ll-node\\|openbao\\|hosts\\|haproxy\\|kubernetes/manifests/etcd\\)'
      for path in $(files out \(node) | sed 's/{"path":"\\([^"]*\\)".*/\\1/' | grep "$wanted"); do
        mkdir -p "nodes/\(node)$(dirname "$path")"
        ll-bootimage show "out/\(node).ign" --path "$path" > "nodes/\(node)$path"
      done
      """
    let done = try shell(script)
    guard done.status == 0 else { throw RunbookFailure(description: done.errors) }
  }

  /// Runs `script` in the desk's folder, after the functions that the document begins with.
  func shell(_ script: String, environment: [String: String] = [:]) throws -> Command {
    let functions = try document.block(OperationsDocument.preparations, 0)
    var variables = [
      "LL_DESK": folder.url.path, "LL_MEMORY": memory.path, "LL_BOOTIMAGE": BuiltProgram.path("ll-bootimage"),
      "LL_TPM": BuiltProgram.path("ll-tpm"), "LL_EVENTLOG": SimulatedDesk.eventLog,
      "LL_SIMULATED": SharedFolder.checkout.appendingPathComponent("scripts/simulated-tpm").path,
      "PATH": "\(path("bin")):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")",
    ]
    variables.merge(environment) { $1 }
    return try Command(
      ["bash", "-e"], in: folder.url, environment: variables, input: Data((functions + script).utf8))
  }

  /// Runs the block `index` of the runbook `name` as it is written, which must succeed.
  @discardableResult
  func run(_ name: String, _ index: Int, environment: [String: String] = [:]) throws -> Command {
    let command = try shell(try document.block(name, index), environment: environment)
    guard command.status == 0 else {
      throw RunbookFailure(description: "\(name), block \(index): \(command.output)\(command.errors)")
    }
    return command
  }

  /// Restarts OpenBao on `node`: whether it is unsealed.
  func starts(_ node: String) throws -> Bool {
    try shell("ssh core@\(node) sudo systemctl restart openbao").status == 0
  }

  /// The text of a file on `node`; empty where there is none.
  func text(_ path: String, on node: String) -> String { (try? folder.text("nodes/\(node)\(path)")) ?? "" }

  /// What the TPM of `node` has released to a bundle's tmpfs.
  func released(_ bundle: String, on node: String) -> [String: Data] {
    let place = memory.appendingPathComponent("\(node)/\(bundle)")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    return Dictionary(
      uniqueKeysWithValues: names.compactMap { name in
        (try? Data(contentsOf: place.appendingPathComponent(name))).map { (name, $0) }
      })
  }

  /// The values of `name` in `node`'s `openbao.hcl`.
  func setting(_ name: String, on node: String) -> String? {
    text("/etc/openbao/openbao.hcl", on: node).split(separator: "\n").first { $0.contains("  \(name) = ") }?
      .split(separator: "\"").dropFirst().first.map(String.init)
  }

  /// Adds lines to the end of the cluster file, where the nodes are.
  func add(_ nodes: [(name: String, role: String, address: String)]) throws {
    let lines = nodes.map {
      "  - name: \($0.name)\n    role: \($0.role)\n    address: \($0.address)\n    interface: enp1s0\n    disk: /dev/vda\n"
    }
    try folder.write(try folder.text("cluster.yaml") + lines.joined(), to: "cluster.yaml")
    for node in nodes {
      try FileManager.default.createDirectory(atPath: path("nodes/\(node.name)"), withIntermediateDirectories: true)
    }
  }

  /// Takes the last node from the cluster file.
  func removeLastNode() throws {
    let text = try folder.text("cluster.yaml")
    guard let last = text.range(of: "  - name:", options: .backwards) else { return }
    try folder.write(String(text[..<last.lowerBound]), to: "cluster.yaml")
  }

  /// What `ll-bootimage pki show` lists.
  func certificates() throws -> String { try desk.run(["pki", "show", "--cluster", desk.clusterFile]).output }
}

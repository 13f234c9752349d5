import BootChain
import BootImage
import BootLab
import Foundation
import Ignition
import TestSupport
import Testing

/// The nodes of the sealed cluster, rendered once and booted and handled one by one.
final class LabMachines {
  private let cluster: BootLabCluster
  private let configs: TemporaryFolder
  private let lab: Lab
  private let name: String
  /// How far each node may run whatever a test does.
  private let timeout: Int
  /// Nodes that are on, by name.
  private(set) var running: [String: RunningMachine] = [:]
  private var boots: [String: Int] = [:]

  static let masters = ["master-1", "master-2", "master-3"]

  /// Renders the cluster, with the self-initialisation of a new one.
  ///
  /// - Parameters:
  ///   - name: of the folder below `LL_LAB/kept` that gets every journal and console.
  ///   - desk: the folder below `LL_LAB` with another sealed cluster than the usual one.
  init(_ name: String, desk: String? = nil, timeout: Int = 600) throws {
    cluster = try BootLabCluster(desk: desk, name: name)
    configs = try TemporaryFolder()
    self.name = name
    self.timeout = timeout
    let path = cluster.path
    let build = try Command([
      BuiltProgram.path("ll-bootimage"), "build", "--cluster", "\(path)/cluster.yaml", "--images", "\(path)/images",
      "--desk", path, "--artifacts", "\(path)/artifacts", "--bootstrap", "--spec", "3.3.0", "--out",
      configs.url.path + "/out",
    ])
    try #require(build.status == 0, "\(build.errors)")
    lab = try Lab(try LabTools(), network: LabNetwork(addresses: ["10.20.0.1/24"]))
    lab.store = "\(path)/store"
    try lab.serveMirror(artifacts: "\(path)/artifacts")
  }

  /// Where journals and consoles are kept.
  var kept: String { cluster.kept }

  /// The simulated TPMs that nodes get, a folder for each; a test may change them before the first boot.
  var tpms: String { cluster.tpms.url.path }

  func giveTPM(of other: String, to name: String) throws { try cluster.giveTPM(of: other, to: name) }

  func config(_ node: String) -> URL { configs.url.appendingPathComponent("out/\(node).ign") }

  /// Changes the rendered config of `node` as JSON.
  func edit(_ node: String, _ change: (inout [String: Any]) throws -> Void) throws {
    let data = try Data(contentsOf: config(node))
    var object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    try change(&object)
    try JSONSerialization.data(withJSONObject: object).write(to: config(node))
  }

  /// Adds a drop-in named `name` to the unit `unit` of `node`.
  func addDropIn(_ node: String, unit: String, name: String = "99-test.conf", _ text: String) throws {
    try edit(node) { config in
      var systemd = config["systemd"] as? [String: Any] ?? [:]
      var units = systemd["units"] as? [[String: Any]] ?? []
      let dropIn = ["name": name, "contents": text]
      if let index = units.firstIndex(where: { $0["name"] as? String == unit }) {
        units[index]["dropins"] = (units[index]["dropins"] as? [Any] ?? []) + [dropIn]
      } else {
        units.append(["name": unit, "dropins": [dropIn]])
      }
      systemd["units"] = units
      config["systemd"] = systemd
    }
  }

  /// Changes the bytes of the file `path` in the rendered config of `node`.
  func editFile(_ node: String, _ path: String, _ change: (inout Data) throws -> Void) throws {
    try edit(node) { config in
      var storage = try #require(config["storage"] as? [String: Any])
      var files = try #require(storage["files"] as? [[String: Any]])
      let index = try #require(files.firstIndex { $0["path"] as? String == path }, "no file \(path)")
      var contents = try #require(files[index]["contents"] as? [String: Any])
      var data = try Self.decoded(contents)
      try change(&data)
      contents = ["source": "data:;base64," + data.base64EncodedString()]
      files[index]["contents"] = contents
      storage["files"] = files
      config["storage"] = storage
    }
  }

  private static func decoded(_ contents: [String: Any]) throws -> Data {
    let source = try #require(contents["source"] as? String)
    let comma = try #require(source.firstIndex(of: ","))
    let text = String(source[source.index(after: comma)...])
    let data =
      source[..<comma].hasSuffix(";base64")
      ? Data(base64Encoded: text) : text.removingPercentEncoding.map { Data($0.utf8) }
    var bytes = try #require(data)
    if contents["compression"] as? String == "gzip" {
      let folder = try TemporaryFolder()
      let file = folder.url.appendingPathComponent("x")
      try bytes.write(to: file)
      let plain = try Command(["sh", "-c", "gzip -dc <\"$1\" | base64 -w0", "sh", file.path])
      bytes = try #require(Data(base64Encoded: plain.output))
    }
    return bytes
  }

  /// Switches nodes on, all at once.
  func boot(_ names: [String], isFirst: Bool = true, withoutTPM: Bool = false) throws {
    let machine = NspawnMachine(shownFolders: [try SharedFolder.swiftLibraries()])
    for name in names {
      try boot(node(name, config: config(name).path, withoutTPM: withoutTPM), on: machine, isFirst: isFirst)
    }
  }

  /// Switches a virtual machine on, whose clock reads `clock`, or now; from the disk `image`, or the lab's tree.
  func emulate(_ name: String, isFirst: Bool = true, clock: String? = nil, image: String? = nil) throws {
    var machine = QEMUMachine(
      address: "\(Self.address(name))/24", shownFolders: [try SharedFolder.swiftLibraries()])
    machine.clock = clock
    machine.image = image
    let bytes = [UInt8](try Data(contentsOf: config(name)))
    let config = try lab.write(config: bytes, of: name, measuringAfter: ChainUnit.ciliumReady)
    try boot(node(name, config: config), on: machine, isFirst: isFirst)
  }

  /// The time that an emulated node has, and how many times slower its processor is, measured in this run.
  func emulatedBudget(_ name: String) throws -> (limit: Duration, factor: Double) {
    let machine = try machine(name)
    _ = try machine.wait(atMost: .seconds(180)) { CPUFactor.nanoseconds(in: $0) != nil }
    let time = try #require(CPUFactor.nanoseconds(in: machine.entries), "\(name) did not measure its processor")
    let factor = CPUFactor.thousandths(machine: time, here: try lab.measureCPU())
    return (BootBudget(for: machine.node.chain, cpuFactorThousandths: factor).limit, Double(factor) / 1000)
  }

  private func node(_ name: String, config: String, withoutTPM: Bool = false) throws -> LabNode {
    let bytes = [UInt8](try Data(contentsOf: self.config(name)))
    let parsed = try #require(IgnitionConfig.parse(bytes).config)
    var node = LabNode(name: name, config: config, chain: BootChain(BootChain.Shape(of: parsed)))
    if !withoutTPM {
      node.tpm = "\(tpms)/\(name)"
      node.eventLog = "\(tpms)/eventlog"
    }
    return node
  }

  private func boot(_ node: LabNode, on machine: some Machine, isFirst: Bool) throws {
    running[node.name] = try lab.boot(node, on: machine, isFirst: isFirst, timeout: timeout)
    boots[node.name, default: 0] += 1
  }

  /// The machine of `name`, which is on.
  func machine(_ name: String) throws -> RunningMachine { try #require(running[name], "\(name) is off") }

  /// Waits until each of `names` has the proof of `unit`; fails with the first unit that broke its chain, and its log.
  func expectProof(of unit: String = ChainUnit.ciliumReady, on names: [String], seconds: Int = 180) throws {
    let end = ContinuousClock.now.advanced(by: .seconds(seconds))
    for name in names {
      let machine = try machine(name)
      guard try !machine.wait(forProofOf: unit, atMost: end - .now) else { continue }
      let broken = machine.timeline().firstBreak(in: machine.entries)
      let log =
        broken?.log.suffix(15).joined(separator: "\n")
        ?? (machine.console.suffix(10) + machine.bootLog.suffix(5)).joined(separator: "\n")
      try #require(Bool(false), "\(name) has no \(unit): \(broken?.line ?? "no journal")\n\(log)")
    }
  }

  /// The time from the end of Ignition to the last proof.
  func time(_ name: String) throws -> Duration {
    let timeline = try machine(name).timeline()
    return try #require(timeline.finished, "\(name) is not ready")
  }

  /// Says how long each of `names` took; the critical chain of the slowest.
  func report(_ names: [String], _ what: String) throws {
    let times = try names.map { ($0, try time($0)) }
    let words = times.map { "\($0.0) \($0.1.formatted(.units(allowed: [.seconds], fractionalPart: .show(length: 1))))" }
    print("\(what): \(words.joined(separator: ", "))")
    guard let slowest = times.max(by: { $0.1 < $1.1 }) else { return }
    let chain = try machine(slowest.0).timeline().criticalChain.map { stage in
      "\(stage.stage.unit) \(stage.ready.map { $0.formatted(.units(allowed: [.seconds], fractionalPart: .show(length: 1))) } ?? "")"
    }
    print("  \(slowest.0) waited for \(chain.joined(separator: " → "))")
  }

  /// Whether `unit` became ready on `name` in this boot.
  func isReady(_ unit: String, on name: String) throws -> Bool {
    try machine(name).timeline()[unit]?.ready != nil
  }

  /// Runs a command on a node; its output.
  func output(_ name: String, _ words: [String], seconds: Int = 30) throws -> String {
    let answer = try machine(name).run(words, atMost: .seconds(seconds))
    try #require(answer.status == 0, "\(words.joined(separator: " ")) on \(name): \(String(describing: answer))")
    return answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Waits until `condition` holds.
  func wait(_ what: String, seconds: Int = 60, until condition: () throws -> Bool) throws {
    let end = ContinuousClock.now.advanced(by: .seconds(seconds))
    while try !condition() {
      try #require(ContinuousClock.now < end, "not within \(seconds) s: \(what)")
      usleep(300_000)
    }
  }

  /// Waits until the journal of `name` has a line with `text`; the entry.
  @discardableResult
  func expectWords(_ text: String, on name: String, unit: String? = nil, seconds: Int = 90) throws -> String {
    let machine = try machine(name)
    var found: String?
    _ = try machine.wait(atMost: .seconds(seconds)) { entries in
      found = entries.last { ($0.message.contains(text)) && (unit.map($0.concerns) ?? true) }?.message
      return found != nil
    }
    if found == nil {
      let said = machine.entries.filter { unit.map($0.concerns) ?? true }.suffix(12).map(\.message)
      Issue.record(
        "\(name) never said \"\(text)\"; the end of \(unit ?? "its journal"):\n\(said.joined(separator: "\n"))")
    }
    return found ?? ""
  }

  /// Shuts a node down in order.
  func powerOff(_ names: [String]) throws {
    for name in names {
      let machine = try machine(name)
      let limit: Duration = machine.kind == "qemu" ? .seconds(600) : .seconds(60)
      let isOff = try machine.powerOff(atMost: limit)
      #expect(isOff, "\(name) was not off after \(limit)")
      try keep(name)
      if !isOff { machine.cutPower() }
      running[name] = nil
    }
  }

  /// Cuts the power of a node.
  func cutPower(_ name: String) throws {
    try machine(name).cutPower()
    try keep(name)
    running[name] = nil
  }

  private func keep(_ name: String) throws {
    try machine(name).keep(in: kept, suffix: boots[name].map { $0 == 1 ? "" : ".\($0)" } ?? "")
  }

  /// Switches everything off at once; what the nodes said is kept.
  func end() {
    for (name, machine) in running {
      // Whatever the journals still say, too.
      _ = try? machine.wait(atMost: .seconds(3)) { _ in false }
      do { try keep(name) } catch { Issue.record("\(name): \(error)") }
    }
    running = [:]
    lab.end()
  }

  deinit { lab.end() }
}

import Foundation
import TestSupport
import Testing

/// A desk for the example cluster with a simulated TPM per node. The finished one is made once and copied: no test
/// changes what another one reads.
final class ExampleDesk: Sendable {
  static let masters = ["master-1", "master-2", "master-3"]
  static let workers = ["worker-1", "worker-2"]
  static let nodes = masters + workers
  /// The passphrase of the root of every desk here, as ``SimulatedDesk`` has it.
  static let rootPassphrase = "a passphrase for the tests' root"

  /// Whether everything that these tests start is installed, and secrets may be written to /dev/shm.
  static let isPossible: Bool = {
    let tools = [
      ["age", "--version"], ["openssl", "version"], ["tpm2_getcap", "--version"], ["python3", "--version"],
    ]
    guard SoftwareTPM.isInstalled, tools.allSatisfy({ (try? Command($0).status) == 0 }) else { return false }
    let swaps = (try? String(contentsOfFile: "/proc/swaps", encoding: .utf8)) ?? ""
    return swaps.split(separator: "\n").dropFirst().allSatisfy { $0.hasPrefix("/dev/zram") }
  }()
  static let whyNot: Comment = "age, openssl, swtpm, tpm2-tools or python3 is missing, or there is swap"

  /// Certificates, those of an administrator and an organisation among them, and identities; nothing sealed yet.
  private static let initialised = Result { () throws -> ExampleDesk in
    let desk = try ExampleDesk()
    try desk.simulated.begin(["--administrator", "alice"])
    try desk.done(["pki", "issue"], ["--organization", "acme", "--domain", "acme.example"])
    for node in nodes { try desk.simulated.identify(node) }
    return desk
  }

  /// Everything done besides: sealed with the initialisation, escrowed, built.
  private static let finished = Result { () throws -> ExampleDesk in
    let desk = try unsealed()
    try desk.done(["seal"], ["--bootstrap", "--escrow", desk.path("shares")])
    try desk.build()
    return desk
  }

  /// What did not work.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let simulated: SimulatedDesk
  private let folder: TemporaryFolder

  /// A desk with nothing but its cluster file.
  init() throws {
    folder = try TemporaryFolder()
    simulated = SimulatedDesk(folder: folder, clusterFile: folder.url.appendingPathComponent("cluster.yaml").path)
    let example = SharedFolder.checkout.appendingPathComponent("clusters/example.yaml")
    try folder.write(String(decoding: try Data(contentsOf: example), as: UTF8.self), to: "cluster.yaml")
    try FileManager.default.createSymbolicLink(
      atPath: path("images"), withDestinationPath: SharedFolder.checkout.appendingPathComponent("images").path)
  }

  /// A copy of a desk that has not sealed anything yet.
  static func unsealed() throws -> ExampleDesk { try initialised.get().copied() }

  /// A copy of the finished desk.
  static func copy() throws -> ExampleDesk { try finished.get().copied() }

  /// A copy of this one.
  func copied() throws -> ExampleDesk {
    let other = try ExampleDesk()
    let copy = try Command(["cp", "-a", path("."), other.path(".")])
    guard copy.status == 0 else { throw ExampleDesk.Failure(description: copy.errors) }
    return other
  }

  func path(_ name: String) -> String { simulated.path(name) }

  // MARK: Commands

  /// `ll-bootimage WORDS --cluster … --desk … --identity … MORE`, however it ends.
  func run(_ words: [String], _ more: [String] = [], environment: [String: String] = [:]) throws -> Command {
    try Command(
      [BuiltProgram.path("ll-bootimage")] + words + simulated.opening + more, in: folder.url, environment: environment)
  }

  /// The same, which must succeed.
  @discardableResult
  func done(_ words: [String], _ more: [String] = []) throws -> Command {
    let command = try run(words, more)
    guard command.status == 0 else { throw ExampleDesk.Failure(description: "\(words): \(command.errors)") }
    return command
  }

  /// `ll-bootimage WORDS…` with nothing added.
  func bare(_ words: [String], environment: [String: String] = [:], input: Data? = nil) throws -> Command {
    // A session of its own has no terminal that could be asked.
    try Command(
      ["setsid", "--wait", BuiltProgram.path("ll-bootimage")] + words, in: folder.url, environment: environment,
      input: input)
  }

  /// `ll-bootimage build`, however it ends.
  func tryBuild(_ more: [String] = []) throws -> Command {
    try bare(
      ["build", "--cluster", path("cluster.yaml"), "--desk", path("."), "--out", path("out"), "--bootstrap"] + more)
  }

  func build() throws {
    let command = try tryBuild()
    guard command.status == 0 else { throw ExampleDesk.Failure(description: command.errors) }
  }

  /// A tool that must succeed; its output.
  @discardableResult
  func tool(_ words: String..., input: Data? = nil) throws -> String {
    let command = try Command(words, in: folder.url, input: input)
    guard command.status == 0 else { throw ExampleDesk.Failure(description: "\(words): \(command.errors)") }
    return command.output
  }

  // MARK: Files

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func write(_ text: String, to name: String) throws { try folder.write(text, to: name) }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

  /// The cluster file with `text` replaced, which must be in it.
  func edit(_ text: String, to other: String) throws {
    let before = try self.text("cluster.yaml")
    let after = before.replacingOccurrences(of: text, with: other)
    guard after != before else { throw ExampleDesk.Failure(description: "no '\(text)' in the cluster file") }
    try write(after, to: "cluster.yaml")
  }

  /// Adds a worker to the cluster file.
  func addWorker(_ name: String, address: String) throws {
    try write(
      try text("cluster.yaml") + """
          - name: \(name)
            role: worker
            address: \(address)
            interface: enp1s0
            disk: /dev/vda

        """, to: "cluster.yaml")
  }

  /// Turns one bit of a file.
  func flip(_ name: String, at offset: Int, bit: UInt8 = 1) throws {
    var data = try bytes(name)
    data[offset] ^= bit
    try data.write(to: URL(fileURLWithPath: path(name)))
  }
}

import Foundation

/// A cluster's desk in a temporary folder, and a simulated TPM for every node, each of which has measured a recorded boot.
///
/// The desk's secrets are for an age identity that lies beside it, so that no test waits for a passphrase's derivation.
public struct SimulatedDesk: Sendable {
  /// Where the desk is.
  public let folder: TemporaryFolder
  /// The cluster file in it.
  public let clusterFile: String

  /// What did not work, with what the program said.
  public struct Failure: Error, CustomStringConvertible {
    /// What the program said.
    public let description: String
  }

  /// The desk in `folder` for the cluster in `clusterFile`.
  public init(folder: TemporaryFolder, clusterFile: String) {
    self.folder = folder
    self.clusterFile = clusterFile
  }

  /// The event log of the boot that every simulated TPM has measured.
  public static let eventLog = SharedFolder.checkout.appendingPathComponent(
    "Tests/MeasuredBootTests/Fixtures/running.eventlog"
  ).path

  /// The path of a file in the desk's folder.
  public func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  /// The options that open the desk.
  public var opening: [String] {
    [
      "--cluster", clusterFile, "--desk", folder.url.path, "--identity", path("desk.identity"),
      "--root-passphrase-file", path("root.passphrase"),
    ]
  }

  /// Makes the desk: `ll-bootimage pki init`.
  public func begin(_ more: [String] = []) throws {
    try folder.write("a passphrase for the tests' root\n", to: "root.passphrase")
    let made = try Command(["age-keygen", "-o", path("desk.identity")])
    guard made.status == 0 else { throw Failure(description: made.errors) }
    let recipient = try Command(["age-keygen", "-y", path("desk.identity")])
    let text = recipient.output.trimmingCharacters(in: .whitespacesAndNewlines)
    try run(["pki", "init"] + opening + ["--recipient", text] + more)
  }

  /// Runs `command` with the simulated TPM of `node` switched on; the boot that it measured is over afterwards.
  @discardableResult
  public func onNode(_ node: String, _ command: [String]) throws -> Command {
    try Command(
      [
        SharedFolder.checkout.appendingPathComponent("scripts/simulated-tpm").path, path("tpm-\(node)"), Self.eventLog,
        "--",
      ] + command)
  }

  /// Lets `node` tell who it is: `ll-tpm identity`.
  public func identify(_ node: String, _ more: [String] = []) throws {
    try FileManager.default.createDirectory(atPath: path("identities"), withIntermediateDirectories: true)
    let told = try onNode(
      node,
      [
        BuiltProgram.path("ll-tpm"), "identity", "--event-log", Self.eventLog, "--out",
        path("identities/\(node).json"),
      ] + more)
    guard told.status == 0 else {
      throw Failure(description: "identity of \(node): status \(told.status): \(told.errors)")
    }
  }

  /// Seals to every node: `ll-bootimage seal`.
  @discardableResult
  public func seal(_ more: [String] = []) throws -> Command { try run(["seal"] + opening + more) }

  /// Runs `ll-bootimage`, which must succeed.
  @discardableResult
  public func run(_ arguments: [String]) throws -> Command {
    let command = try Command([BuiltProgram.path("ll-bootimage")] + arguments)
    guard command.status == 0 else { throw Failure(description: "\(arguments): \(command.errors)") }
    return command
  }
}

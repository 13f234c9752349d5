import Foundation
import Glibc
import MeasuredBoot
import TPM2
import TPMStructures
import TestSupport

/// A node for the built program: a swtpm, a folder on a disk, and one in memory for what is released.
final class ProgramNode {
  let software: SoftwareTPM
  let disk: TemporaryFolder
  /// A folder of its own on a tmpfs.
  let memory: URL

  /// Whether everything that these tests start is installed, and secrets may be written to /dev/shm.
  static let isPossible: Bool = {
    let tools = [["tpm2_getcap", "--version"], ["openssl", "version"]]
    guard SoftwareTPM.isInstalled, tools.allSatisfy({ (try? Command($0).status) == 0 }) else { return false }
    let swaps = (try? String(contentsOfFile: "/proc/swaps", encoding: .utf8)) ?? ""
    return swaps.split(separator: "\n").dropFirst().allSatisfy { $0.hasPrefix("/dev/zram") }
  }()

  init() throws {
    software = try SoftwareTPM()
    disk = try TemporaryFolder()
    memory = URL(fileURLWithPath: "/dev/shm/ll-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: memory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(at: memory) }

  // MARK: Programs

  /// The program under test, reaching this node's TPM. Relative paths are those of the disk.
  func llTPM(_ words: String..., environment: [String: String] = [:], input: Data? = nil) throws -> Command {
    try llTPM(words, environment: environment, input: input)
  }

  func llTPM(_ words: [String], environment: [String: String] = [:], input: Data? = nil) throws -> Command {
    try Command(
      [BuiltProgram.path("ll-tpm")] + words, in: disk.url,
      environment: ["LL_TCTI": software.tcti].merging(environment) { $1 }, input: input)
  }

  /// The same, which must end with status 0.
  @discardableResult
  func ll(_ words: String..., input: Data? = nil) throws -> String {
    let command = try llTPM(words, input: input)
    guard command.status == 0 else { throw Failure(words: words, output: command.output + command.errors) }
    return command.output
  }

  /// A tool of tpm2-tools or any other, which must end with status 0; its output.
  @discardableResult
  func tool(_ words: String...) throws -> String {
    let command = try Command(words, in: disk.url, environment: ["TPM2TOOLS_TCTI": software.tcti])
    guard command.status == 0 else { throw Failure(words: words, output: command.output + command.errors) }
    return command.output
  }

  struct Failure: Error {
    let words: [String]
    let output: String
  }

  // MARK: Files

  func path(_ name: String) -> String { disk.url.appendingPathComponent(name).path }

  func inMemory(_ name: String) -> String { memory.appendingPathComponent(name).path }

  func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: disk.url.appendingPathComponent(name))) }

  func released(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: memory.appendingPathComponent(name))) }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: disk.url.appendingPathComponent(name))
  }

  /// The names in the folder in memory, hidden ones included.
  func namesInMemory() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: memory.path).sorted() }

  /// The names on the disk.
  func namesOnDisk() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: disk.url.path).sorted() }

  // MARK: A node's life

  /// The folder with a recorded boot.
  static let recorded = SharedFolder.checkout.appendingPathComponent("Tests/MeasuredBootTests/Fixtures")

  static func eventLog(_ boot: String = "running") -> String {
    recorded.appendingPathComponent("\(boot).eventlog").path
  }

  /// Measures into the TPM what a recorded boot measured, as its firmware and boot loader did.
  func boot(_ boot: String = "running") async throws {
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: Self.eventLog(boot))))
    let log = try EventLog(parsing: bytes)
    let tpm = try TPM(TCTI(software.tcti))
    try await tpm.perform { context throws(TPMError) in
      for event in log.events where event.isExtended {
        guard let pcr = TPMHandle.pcr(event.pcr) else { continue }
        var digests: [HashAlgorithm: [UInt8]] = [:]
        for bank in log.banks { digests[bank] = event.digest(bank) }
        try context.pcrExtend(pcr, digests)
      }
    }
    await tpm.close()
  }

  /// `identity.json`, with the log of that boot.
  func identify(_ boot: String = "running", _ more: String...) throws {
    let words = ["identity", "--event-log", Self.eventLog(boot), "--out", "identity.json"] + more
    let command = try llTPM(words)
    guard command.status == 0 else { throw Failure(words: words, output: command.errors) }
  }

  /// `release.pem` and `release.pub`, by OpenSSL.
  func makeReleaseKey() throws {
    try tool("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "release.pem")
    try tool("openssl", "ec", "-in", "release.pem", "-pubout", "-out", "release.pub")
  }

  /// What `seal` and `seal-for` need for a policy over PCRs.
  func policy(_ name: String = "standard") -> [String] {
    ["--policy", name, "--cluster", "prod", "--node", "master-1", "--release-key", "release.pem"]
  }

  /// A node that has booted, with an identity and a release key.
  static func booted(_ boot: String = "running") async throws -> ProgramNode {
    let node = try ProgramNode()
    try await node.boot(boot)
    try node.identify(boot)
    try node.makeReleaseKey()
    return node
  }

  /// `blob.pem`: `secret`, local, under a policy over PCRs, made on the desk and imported.
  func sealAndImport(_ secret: [UInt8], _ policy: String = "standard") throws {
    try write(secret, to: "secret")
    let words =
      ["seal-for", "--identity", "identity.json", "--in", "secret", "--out", "blob.pem"] + self.policy(policy)
    let command = try llTPM(words)
    guard command.status == 0 else { throw Failure(words: words, output: command.errors) }
    try FileManager.default.removeItem(atPath: path("secret"))
    try ll("import", "--blob", "blob.pem")
  }

  /// Switches the machine off and on again: PCRs are zero, and what a killed program left in the TPM is gone.
  func restart() throws { try software.restart() }
}

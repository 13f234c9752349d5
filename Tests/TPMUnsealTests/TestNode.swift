import BaseEncodings
import BootApproval
import Crypto
import Diagnostics
import Foundation
import MeasuredBoot
import SealedObject
import SecretMemory
import TPM2
import TPMStructures
import TPMUnseal
import TestSupport

/// A node with a TPM of its own, and the desk that seals for it.
final class TestNode: Sendable {
  let software: SoftwareTPM
  let tpm: TPM
  /// A folder on a disk.
  let folder: TemporaryFolder
  /// A folder on a tmpfs.
  let memory: MemoryTestFolder
  /// The fleet's release key.
  let key: ReleaseKey.Private

  /// What all secrets here are for.
  static let cluster = "prod"
  static let node = "master-1"

  /// A node whose TPM was never used.
  convenience init() throws {
    let software = try SoftwareTPM()
    try self.init(software, TCTI(software.tcti))
  }

  // tss2 writes to the socket of a swtpm that has died, which a program that uses one must survive.
  private static let ignoresBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

  init(_ software: SoftwareTPM, _ tcti: TCTI) throws {
    _ = Self.ignoresBrokenPipes
    self.software = software
    tpm = try TPM(tcti)
    folder = try TemporaryFolder()
    memory = try MemoryTestFolder()
    key = try Self.releaseKey()
  }

  /// A node that has booted the recorded boot `log`.
  static func booted(_ log: String = "running") async throws -> TestNode {
    let node = try TestNode()
    try await node.measure(log)
    return node
  }

  static func releaseKey() throws -> ReleaseKey.Private {
    try ReleaseKey.Private(pem: SecretBytes.of(Array(P256.Signing.PrivateKey().pemRepresentation.utf8)))
  }

  // MARK: Boots

  /// Extends the PCRs by what was measured in a recorded boot.
  func measure(_ log: String) async throws {
    let events = try RecordedBoot.log(log).events.filter { $0.isExtended && [4, 7, 8, 9].contains($0.pcr) }
    try await tpm.perform { context throws(TPMError) in
      for event in events {
        guard let pcr = TPMHandle.pcr(event.pcr) else { continue }
        var digests: [HashAlgorithm: [UInt8]] = [:]
        for bank in [HashAlgorithm.sha256, .sha384] { digests[bank] = event.digest(bank) }
        try context.pcrExtend(pcr, digests)
      }
    }
  }

  /// Measures something that no log has.
  func extend(_ number: Int, by text: String = "tampered") async throws {
    try await tpm.perform { context throws(TPMError) in
      guard let pcr = TPMHandle.pcr(number) else { return }
      let banks: [HashAlgorithm] = [.sha256, .sha384]
      try context.pcrExtend(pcr, Dictionary(uniqueKeysWithValues: banks.map { ($0, $0.hash(Array(text.utf8))) }))
    }
  }

  /// Switches the machine off and on; its TPM keeps what it had stored, and its PCRs are zero until something is measured.
  func reboot(_ log: String? = nil) async throws {
    await tpm.close()
    try software.restart()
    if let log { try await measure(log) }
  }

  // MARK: The desk

  func identity(_ log: String? = "running", next: Bool = false) async throws -> TPMIdentity {
    try await IdentityReading.read(
      tpm, nextEpoch: next, eventLog: try log.map { try RecordedBoot.bytes("\($0).eventlog") })
  }

  /// What is asked for when something is sealed for the node of `identity`, approved for its running boot and the staged one.
  func request(
    _ policy: SealingPolicy, _ identity: TPMIdentity, label: String = "44.1", staged: Bool = false,
    key: ReleaseKey.Private? = nil, node: String = TestNode.node
  ) throws -> SealingRequest {
    var request = SealingRequest(policy)
    guard policy != .tpmOnly else { return request }
    let key = key ?? self.key
    request.cluster = Self.cluster
    request.node = node
    request.epoch = identity.epoch
    request.releaseKey = key
    let substitutions = staged ? try RecordedBoot.substitutions() : SubstitutionList()
    request.approvals = try Approving.approve(
      identity, policy: policy, context: context(identity, key: key, node: node), key: key, label: label,
      substitutions: substitutions,
      files: ["staged.grub.cfg": try RecordedBoot.bytes("staged.grub.cfg")]
    ).approvals
    return request
  }

  func context(
    _ identity: TPMIdentity, key: ReleaseKey.Private? = nil, node: String = TestNode.node
  ) throws -> PolicyContext {
    try PolicyContext(
      cluster: Self.cluster, node: node, epoch: identity.epoch, releaseKey: (key ?? self.key).publicKey)
  }

  /// Seals on the node.
  func seal(
    _ content: SealingContent, _ policy: SealingPolicy, authorizationValue: SecretBytes? = nil
  ) async throws -> SealedPair {
    let request = try request(policy, try await identity())
    return try await Sealing.seal(
      content, request, authorizationValue: authorizationValue, mayMakeRoot: false, by: tpm)
  }

  /// Seals `Sample.secret` under `standard` with the SHA-256 bank.
  func sealed(authorizationValue: SecretBytes? = nil) async throws -> SealedPair {
    try await seal(
      .secret(try Sample.secret()), try .standard(bank: .sha256), authorizationValue: authorizationValue)
  }

  func unseal(_ pair: SealedPair, authorizationValue: SecretBytes? = nil) async throws(UnsealError) -> SecretBytes {
    try await Unsealing.secret(of: pair, authorizationValue: authorizationValue, from: tpm)
  }

  // MARK: Looking

  /// What takes a slot in the TPM.
  func loaded() async throws -> [UInt32] {
    try await tpm.perform { context throws(TPMError) in
      try context.handles(.transient) + context.handles(.loadedSession) + context.handles(.savedSession)
    }
  }

  /// How many commands `body` sends.
  func commands<Result>(_ body: () async throws -> Result) async throws -> (result: Result, count: Int) {
    // The connection is opened, and a simulator started, before anything is counted.
    _ = try await tpm.perform { context throws(TPMError) in try context.getRandom(1) }
    let before = await tpm.commandsSent
    let result = try await body()
    return (result, await tpm.commandsSent - before)
  }
}

/// A folder on a tmpfs that goes with this object.
final class MemoryTestFolder: Sendable {
  let path = "/dev/shm/ll-test-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Whether this machine has a tmpfs to test on, so that a suite can skip itself by name.
  static let isThere = FileManager.default.isWritableFile(atPath: "/dev/shm")

  /// The names in it.
  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}

/// A boot that was recorded: Tests/MeasuredBootTests/Fixtures/README.md says how.
enum RecordedBoot {
  private static let folder = SharedFolder.checkout.appendingPathComponent("Tests/MeasuredBootTests/Fixtures")

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  static func log(_ name: String) throws -> EventLog { try EventLog(parsing: try bytes("\(name).eventlog")) }

  static func substitutions() throws -> SubstitutionList {
    var report = Diagnostics.Report()
    let list = SubstitutionList(parsing: try bytes("staged.substitutions"), report: &report)
    guard report.isEmpty else { throw CocoaError(.fileReadCorruptFile) }
    return list
  }

  /// The value that the machine's own TPM had at the end of that boot.
  static func pcr(_ number: Int, _ bank: HashAlgorithm, of name: String) throws -> [UInt8] {
    let text = String(decoding: try bytes("\(name).pcrs"), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 4, words[1] == bank.description, words[2] == "\(number)" else { continue }
      return Hexadecimal.bytes(words[3]) ?? []
    }
    return []
  }
}

/// Secrets of tests, of which no eight bytes come about by chance or in a sentence.
enum Sample {
  static let secretBytes = Array("q7#Vx2!mK9$zR4&wT6*pL1@nB8^cD3%f".utf8)
  static let valueBytes = Array("J5~hG0(yS2)uA7_iO4+eQ9{dF6}kM1<x".utf8)

  static func secret() throws -> SecretBytes { try SecretBytes.of(secretBytes) }

  static func authorizationValue() throws -> SecretBytes { try SecretBytes.of(valueBytes) }

  static let entries: [(name: String, bytes: [UInt8])] = [
    ("listener.key", Array("-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----".utf8)),
    ("static-seal.key", (0..<32).map { (number: UInt8) in number &* 7 &+ 129 }),
  ]

  static func bundle() throws -> SealingContent {
    .bundle(try entries.map { SealedBundle.Entry(name: $0.name, value: try SecretBytes.of($0.bytes)) })
  }
}

extension SecretBytes {
  /// A secret of a test.
  static func of(_ bytes: [UInt8]) throws(SecretMemoryError) -> SecretBytes {
    try SecretBytes(count: bytes.count) { $0.copyBytes(from: bytes) }
  }

  /// The bytes, for comparison.
  var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}

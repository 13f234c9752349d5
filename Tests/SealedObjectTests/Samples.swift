import BaseEncodings
import Crypto
import Foundation
import SealedObject
import SecretMemory
import TPMStructures

/// What a swtpm, tpm2-tools 5.4 and OpenSSL 3.0 made, and values built on it.
enum Samples {
  static func fixture(_ name: String) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    return try Array(Data(contentsOf: folder.appendingPathComponent(name)))
  }

  static func secret(_ bytes: [UInt8]) throws -> SecretBytes {
    try bytes.withUnsafeBytes { (bytes) throws(SecretMemoryError) in try SecretBytes(copying: bytes) }
  }

  static func bytes(_ secret: SecretBytes) -> [UInt8] { secret.withUnsafeBytes { Array($0) } }

  /// What both sealed objects hold.
  static let key32 = [UInt8](repeating: UInt8(ascii: "K"), count: 32)

  static func srk() throws -> StorageRootKey {
    try StorageRootKey(handle: 0x8100_0001, publicArea: try PublicArea(sizedWire: try fixture("srk.tpm2b")))
  }

  /// The public area of the counter that tpm2_nvdefine made and tpm2_nvincrement wrote.
  static let counterWire =
    "01804c4c000b2206001200206465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182830008"

  static func epoch(_ value: UInt64 = 1) throws -> EpochCounter {
    try EpochCounter(try NVPublic(wire: Hexadecimal.bytes(counterWire) ?? []), value: value)
  }

  static func releaseKey() throws -> ReleaseKey { try ReleaseKey(pem: try fixture("release.pub.pem")) }

  static func privateKey() throws -> ReleaseKey.Private {
    try ReleaseKey.Private(pem: try secret(try fixture("release.pem")))
  }

  static func context(
    cluster: String = "prod", node: String = "master-1", epoch: UInt64 = 1
  ) throws -> PolicyContext {
    try PolicyContext(
      cluster: cluster, node: node, epoch: try Samples.epoch(epoch), releaseKey: try releaseKey())
  }

  /// The PCRs of the swtpm: each was extended once, by the hash of its number's digit; 13 never.
  static func pcrs(_ bank: HashAlgorithm = .sha256) throws -> PCRValues {
    var values = [13: [UInt8](repeating: 0, count: bank.digestSize)]
    for pcr in [4, 7, 8, 9] {
      let zeros = [UInt8](repeating: 0, count: bank.digestSize)
      values[pcr] = bank.hash(zeros + bank.hash(Array(String(pcr).utf8)))
    }
    return try PCRValues(bank: bank, values)
  }

  static func approval(_ policy: SealingPolicy, context: PolicyContext) throws -> Approval {
    try Approval(label: "44.1", pcrs: try pcrs(), policy: policy, context: context, key: try privateKey())
  }

  static func object(_ name: String, _ kind: TSS2PrivateKey.Kind = .sealed) throws -> TSS2PrivateKey {
    TSS2PrivateKey(
      kind, emptyAuth: true, secret: kind == .importable ? [1, 2, 3, 4] : nil, parent: 0x8100_0001,
      publicArea: try PublicArea(sizedWire: try fixture(name + ".pub")),
      privateArea: Array(try fixture(name + ".priv").dropFirst(2)))
  }

  /// The object that the swtpm sealed under the release key's policy, with a bundle and a signed sidecar.
  static func standard() throws -> (file: SealedFile, sidecar: Sidecar) {
    let context = try context()
    let policy = try SealingPolicy.standard(bank: .sha256)
    let key = try secret(key32)
    var sidecar = Sidecar(
      policy: policy, cluster: context.cluster, node: context.node, epoch: context.epoch, srk: try srk(),
      keyID: KeyID(of: key), releaseKey: context.releaseKey, approvals: [try approval(policy, context: context)])
    let bundle = try SealedBundle(
      sealing: [
        SealedBundle.Entry(name: "listener.key", value: try secret(Array("listener".utf8))),
        SealedBundle.Entry(name: "Seal.key", value: try secret(Array("seal".utf8))),
      ],
      key: key, nonce: [UInt8](1...12), id: [UInt8](1...16), binding: sidecar.bundleBinding)
    sidecar.bundle = bundle.digest
    try sidecar.sign(with: try privateKey())
    return (SealedFile(key: try object("std"), bundle: bundle), sidecar)
  }

  /// The object that the swtpm sealed without a policy, with a sidecar that the secret vouches for.
  static func tpmOnly() throws -> (file: SealedFile, sidecar: Sidecar) {
    let key = try secret(key32)
    var sidecar = Sidecar(policy: .tpmOnly, srk: try srk(), keyID: KeyID(of: key))
    try sidecar.sign(with: key)
    return (SealedFile(key: try object("tpmonly")), sidecar)
  }

  static func check(_ file: [UInt8], _ sidecar: [UInt8], pinned: ReleaseKey? = nil) -> SealedPair.Check {
    SealedPair.check(file: file, named: "b.pem", sidecar: sidecar, named: "b.json", pinned: pinned)
  }
}

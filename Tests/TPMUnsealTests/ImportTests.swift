import Diagnostics
import Foundation
import SealedObject
import SecretMemory
import TPM2
import TPMStructures
import TPMUnseal
import TestSupport
import Testing

@Suite(
  "Sealing for another machine, and importing there", .enabled(if: SoftwareTPM.isInstalled), .timeLimit(.minutes(20)))
struct ImportTests {
  /// What the desk makes of an identity file, without a TPM.
  static func desk(
    _ node: TestNode, _ policy: SealingPolicy, _ content: SealingContent? = nil
  ) async throws -> SealedPair {
    let (read, _) = TPMIdentity.read(try await node.identity().text)
    let identity = try #require(read)
    return try SealedPair(
      sealing: content ?? .secret(try Sample.secret()), try node.request(policy, identity, staged: true),
      for: identity)
  }

  static func write(_ pair: SealedPair, for node: TestNode) throws -> SealedPaths {
    let paths = SealedPaths(blob: node.folder.url.appendingPathComponent("openbao.pem").path)
    try paths.write(pair)
    return paths
  }

  static func read(_ paths: SealedPaths, _ node: TestNode) throws -> SealedPair {
    let check = try paths.read()
    #expect(check.report.isEmpty)
    return try #require(check.pair)
  }

  @Test("what was sealed from the identity alone becomes the TPM's own, and unseals", arguments: PolicyTests.cases)
  func imported(_ test: PolicyTests.Case) async throws {
    let node = try await TestNode.booted()
    let desk = try await Self.desk(node, test.policy, test.isBundle ? try Sample.bundle() : nil)
    #expect(desk.file.key.kind == .importable && desk.file.key.publicArea.attributes.isDisjoint(with: [.fixedTPM]))
    let paths = try Self.write(desk, for: node)
    await #expect(throws: UnsealError.notImported) { try await node.unseal(desk) }
    // As at the first boot.
    try await node.reboot("running")
    let authPath = node.folder.url.appendingPathComponent("auth").path
    let value = test.hasValue ? try AuthorizationFile.readOrMake(authPath) : nil
    let local = try await Importing.localPair(
      of: try Self.read(paths, node), authorizationValue: value, in: node.tpm)
    #expect(try await node.loaded().isEmpty)
    try paths.replaceObject(by: local)
    let pair = try Self.read(paths, node)
    #expect(pair == local && pair.sidecar == desk.sidecar && pair.file.bundle == desk.file.bundle)
    #expect(pair.file.key.kind == .sealed && pair.file.key.secret == nil)
    #expect(pair.file.key.publicArea.attributes.isSuperset(of: [.fixedTPM, .fixedParent, .noDA]))
    #expect(pair.usesAuthorizationValue == test.hasValue)
    try await node.reboot("running")
    let again = test.hasValue ? try AuthorizationFile.read(authPath) : nil
    let (secret, count) = try await node.commands { try await node.unseal(pair, authorizationValue: again) }
    #expect(count == test.commands)
    let entries = try BundleRelease.entries(of: pair, secret)
    #expect(entries.map(\.value.bytes) == (test.isBundle ? Sample.entries.map(\.bytes) : [Sample.secretBytes]))
    // Already local: nothing is done, and nothing sent.
    let (same, sent) = try await node.commands {
      try await Importing.localPair(of: pair, authorizationValue: again, in: node.tpm)
    }
    #expect(same == pair && sent == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: node.folder.url.path).sorted()
    #expect(names == (test.hasValue ? ["auth"] : []) + ["openbao.json", "openbao.pem"])
  }

  @Test("another TPM cannot import it, and one that was cleared neither")
  func anotherTPM() async throws {
    let node = try await TestNode.booted()
    for policy in [SealingPolicy.tpmOnly, try .standard(bank: .sha256)] {
      let desk = try await Self.desk(node, policy)
      let other = try await TestNode.booted()
      let found = try await other.identity().srk.name
      let expected = desk.sidecar.srk.name
      await #expect(
        throws: UnsealError.anotherTPM(handle: StorageRootKey.defaultHandle, expected: expected, found: found)
      ) { try await Importing.localPair(of: desk, in: other.tpm) }
      #expect(try await other.loaded().isEmpty)
      try await other.tpm.perform { context throws(TPMError) in try context.clear() }
      await #expect(throws: UnsealError.noStorageRootKey(handle: StorageRootKey.defaultHandle)) {
        try await Importing.localPair(of: desk, in: other.tpm)
      }
    }
  }

  @Test("in a boot that nobody approved, or of an epoch that is over, nothing is imported")
  func notNow() async throws {
    let node = try await TestNode.booted()
    let desk = try await Self.desk(node, try .strict(bank: .sha256))
    try await node.extend(9)
    let pcr = await #expect(throws: UnsealError.self) { try await Importing.localPair(of: desk, in: node.tpm) }
    #expect(pcr?.commandAndCode?.command == "TPM2_PolicyPCR")
    try await node.reboot("staged")
    _ = try await Importing.localPair(of: desk, in: node.tpm)
    _ = try await node.identity("staged", next: true)
    let epoch = await #expect(throws: UnsealError.self) { try await Importing.localPair(of: desk, in: node.tpm) }
    #expect(epoch?.commandAndCode?.command == "TPM2_PolicyNV")
    #expect(try await node.loaded().isEmpty)
  }

  @Test("an import blob whose secret is not the sidecar's is refused before it is sealed again")
  func exchanged() async throws {
    let node = try await TestNode.booted()
    let policy = try SealingPolicy.standard(bank: .sha256)
    let desk = try await Self.desk(node, policy)
    let mine = try await Self.desk(node, policy, .secret(try SecretBytes.of([1, 2, 3])))
    let exchanged = try SealedPair(file: mine.file, sidecar: desk.sidecar)
    await #expect(throws: UnsealError.sealed(.keyID)) { try await Importing.localPair(of: exchanged, in: node.tpm) }
  }

  @Test("an identity of another epoch seals nothing")
  func epochs() async throws {
    let node = try await TestNode.booted()
    let before = try await node.identity()
    let request = try node.request(try .standard(bank: .sha256), before)
    let after = try await node.identity(next: true)
    #expect(throws: SealedObjectError.value("the epoch", "is not that of the identity")) {
      try SealedPair(sealing: .secret(try Sample.secret()), request, for: after)
    }
  }

  @Test("the power fails at any point of the replacement: the file is the old one or the new one, and either works")
  func powerCut() async throws {
    let node = try await TestNode.booted()
    let desk = try await Self.desk(node, try .standard(bank: .sha256))
    let paths = try Self.write(desk, for: node)
    let local = try await Importing.localPair(of: desk, in: node.tpm)
    let beside = paths.blob + ".new"
    let whole = try local.file.pem()
    // Before the rename: nothing, a part, or all of the new file lies beside, as whatever a file system made of it.
    for leftover in [[], Array(whole.prefix(100)), whole] {
      try Data(leftover).write(to: URL(fileURLWithPath: beside))
      let found = try Self.read(paths, node)
      #expect(found == desk)
      let again = try await Importing.localPair(of: found, in: node.tpm)
      try paths.replaceObject(by: again)
      #expect(!FileManager.default.fileExists(atPath: beside))
      #expect(try await node.unseal(try Self.read(paths, node)).bytes == Sample.secretBytes)
      try paths.write(desk)
    }
    // After it.
    try FileManager.default.removeItem(atPath: paths.blob)
    try Data(whole).write(to: URL(fileURLWithPath: paths.blob))
    let found = try Self.read(paths, node)
    #expect(try await Importing.localPair(of: found, in: node.tpm) == found)
    #expect(try await node.unseal(found).bytes == Sample.secretBytes)
  }

  @Test("what cannot be written leaves the import blob as it was, and a link beside it is not followed")
  func unwritable() async throws {
    let node = try await TestNode.booted()
    let desk = try await Self.desk(node, .tpmOnly)
    let paths = try Self.write(desk, for: node)
    let local = try await Importing.localPair(of: desk, in: node.tpm)
    // A folder in the way of the file that is written beside.
    try FileManager.default.createDirectory(atPath: paths.blob + ".new", withIntermediateDirectories: false)
    let error = #expect(throws: UnsealError.self) { try paths.replaceObject(by: local) }
    guard case .release(.system(action: "write", path: paths.blob + ".new", _)) = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
    #expect(try Self.read(paths, node) == desk)
    try FileManager.default.removeItem(atPath: paths.blob + ".new")
    // A link there is not followed.
    let target = node.folder.url.appendingPathComponent("victim").path
    try Data("untouched".utf8).write(to: URL(fileURLWithPath: target))
    try FileManager.default.createSymbolicLink(atPath: paths.blob + ".new", withDestinationPath: target)
    try paths.replaceObject(by: local)
    #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == Data("untouched".utf8))
    #expect(try Self.read(paths, node) == local)
    let mode = try FileManager.default.attributesOfItem(atPath: paths.blob)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }
}

import Foundation
import SealedObject
import SecretMemory
import TPM2
import TPMStructures
import TPMUnseal
import TestSupport
import Testing

@Suite(
  "tpm2-tools' blobs and ours", .enabled(if: SoftwareTPM.isInstalled && TPM2Tools.areInstalled),
  .timeLimit(.minutes(20)))
struct ForeignBlobTests {
  @Test("tpm2_load and tpm2_unseal give back what a tpm-only blob of ours holds")
  func ours() async throws {
    let node = try TestNode()
    let pair = try await Sealing.seal(
      .secret(try Sample.secret()), SealingRequest(.tpmOnly), mayMakeRoot: true, by: node.tpm)
    await node.tpm.close()
    let tools = TPM2Tools(node.software)
    try Data(pair.file.key.exportedPublic).write(to: URL(fileURLWithPath: tools.path("o.pub")))
    try Data(pair.file.key.exportedPrivate).write(to: URL(fileURLWithPath: tools.path("o.priv")))
    try tools.run("tpm2_load", "-C", "0x81000001", "-u", "o.pub", "-r", "o.priv", "-c", "o.ctx")
    try tools.run("tpm2_unseal", "-c", "o.ctx", "-o", "o.out")
    #expect(try Data(contentsOf: URL(fileURLWithPath: tools.path("o.out"))) == Data(Sample.secretBytes))
  }

  @Test("what tpm2_create and tpm2_encodeobject made is unsealed, with an authorization value and without")
  func theirs() async throws {
    let node = try TestNode()
    _ = try await node.identity()
    await node.tpm.close()
    let tools = TPM2Tools(node.software)
    try Data(Sample.secretBytes).write(to: URL(fileURLWithPath: tools.path("in")))
    try Data(Sample.valueBytes).write(to: URL(fileURLWithPath: tools.path("value")))
    for value in [nil, try Sample.authorizationValue()] {
      let auth = value == nil ? "" : "file:value"
      try tools.run("tpm2_create", "-C", "0x81000001", "-i", "in", "-u", "t.pub", "-r", "t.priv", "-p", auth)
      try tools.run("tpm2_encodeobject", "-C", "0x81000001", "-u", "t.pub", "-r", "t.priv", "-o", "t.pem")
      let pem = Array(try Data(contentsOf: URL(fileURLWithPath: tools.path("t.pem"))))
      // The tools leave something of their own behind.
      let before = try await node.loaded()
      let secret = try await ForeignBlob.secret(of: pem, authorizationValue: value, from: node.tpm)
      #expect(secret.bytes == Sample.secretBytes)
      #expect(try await node.loaded() == before)
      await node.tpm.close()
    }
  }

  @Test("a foreign blob that is for import, a key, or under a policy is refused before anything is sent")
  func refused() async throws {
    let node = try await TestNode.booted()
    let sealed = try await node.sealed()
    let (error, count) = try await node.commands {
      await #expect(throws: UnsealError.self) {
        try await ForeignBlob.secret(of: try sealed.file.pem(), authorizationValue: nil, from: node.tpm)
      }
    }
    #expect(error == .sealed(.object("is under a policy that no sidecar tells")) && count == 0)
    let identity = try await node.identity()
    let desk = try SealedPair(
      sealing: .secret(try Sample.secret()), SealingRequest(.tpmOnly), for: identity)
    await #expect(throws: UnsealError.notImported) {
      try await ForeignBlob.secret(of: try desk.file.pem(), authorizationValue: nil, from: node.tpm)
    }
    await #expect(throws: UnsealError.notImported) { try await node.unseal(desk) }
  }
}

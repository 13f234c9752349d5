import Foundation
import NodeIdentity
import TestSupport
import Testing

@testable import NodeAgent

@Suite("Keys in the TPM that are kept, and keys that are made again", .enabled(if: SoftwareTPM.isInstalled))
struct KeptKeyTests {
  private func shown(_ node: RenewingNode) async throws -> NodeKey {
    try await node.keeper.certificate(fingerprint: "00ff").shown.key
  }

  @Test("off for a month: another certificate for the same key, by which the operator knows the node still")
  func expired() async throws {
    let software = try SoftwareTPM()
    let node = try RenewingNode(tcti: software.tcti)
    let key = try await shown(node)
    try node.switchOff(for: 30 * ScriptedIssuer.life)
    #expect(try await shown(node) == key)
    #expect(key.custody == .tpm)
    #expect(node.issuer.signed == 2)
  }

  @Test("a key in a file is another one after its certificate has expired, for whoever could read it has it for ever")
  func expiredFile() async throws {
    let node = try RenewingNode()
    let key = try await shown(node)
    try node.switchOff(for: 30 * ScriptedIssuer.life)
    #expect(try await shown(node) != key)
    #expect(node.issuer.signed == 2)
  }

  @Test("the TPM loses its keys while the agent runs: the next dial makes others, without a restart")
  func cleared() async throws {
    let software = try SoftwareTPM()
    let node = try RenewingNode(tcti: software.tcti)
    let key = try await shown(node)
    let attestationKey = try #require(try await node.keeper.attesting()).1
    software.kill()
    let state = software.folder.url.appendingPathComponent("state")
    for name in try FileManager.default.contentsOfDirectory(atPath: state.path) {
      try FileManager.default.removeItem(at: state.appendingPathComponent(name))
    }
    try software.start()
    let made = try await shown(node)
    #expect(made != key)
    #expect(node.issuer.signed == 2)
    #expect(try await shown(node) == made)
    #expect(node.issuer.signed == 2)
    let (tpm, remade) = try #require(try await node.keeper.attesting())
    #expect(remade != attestationKey)
    #expect(try await tpm.holds(remade))
    #expect(try await tpm.holds(made))
  }

  @Test(
    "a damaged file of the attestation key is as none: another one is made", arguments: ["", "not a key", "-----BEGIN"])
  func damaged(_ text: String) async throws {
    let software = try SoftwareTPM()
    let node = try RenewingNode(tcti: software.tcti)
    _ = try await shown(node)
    try Data(text.utf8).write(to: URL(fileURLWithPath: node.state + "/attestation-key.pem"))
    let (tpm, made) = try #require(try await node.keeper.attesting())
    #expect(try await tpm.holds(made))
    try node.switchOff(for: 60)
    #expect(try #require(try await node.keeper.attesting()).1 == made)
  }
}

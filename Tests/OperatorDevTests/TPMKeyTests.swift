import Attestation
import Crypto
import Foundation
import LicenseProtocol
import NodeIdentity
import PKI
import SwiftProtobuf
import TPM2
import TPMStructures
import TestSupport
import Testing

@testable import OperatorDev

@Suite(
  "A node with its key in a TPM", .enabled(if: SoftwareTPM.isInstalled, "swtpm is not installed"), .serialized,
  .timeLimit(.minutes(5)))
struct TPMKeyTests {
  /// What a node says to the operator, and hears, without a network between: the certificate is judged elsewhere.
  private struct Line {
    let licenseOperator: LicenseOperator
    let id: UInt64
    let certificate: [UInt8]
    private let messages: AsyncStream<Lowlayer_Agent_V1_OperatorMessage>

    init(_ fixture: OperatorFixture, _ name: String, publicKeyDER: [UInt8]) async throws {
      licenseOperator = try fixture.licenseOperator
      certificate = try fixture.acme.issue(name, publicKeyDER: publicKeyDER)
      let outbox = Outbox()
      messages = outbox.messages
      let peer = Peer(organisation: "org-acme", leaf: try IssuedCertificate(der: certificate))
      id = try #require(await licenseOperator.opened(peer, outbox))
    }

    func say(_ message: Up) async { await licenseOperator.received(.with { $0.message = message }, in: id) }

    func hear() async throws -> Down {
      for await message in messages { return try #require(message.message) }
      throw ScriptedNode.Failure.ended("the outbox is closed")
    }

    func hello() async throws -> Lowlayer_Agent_V1_Welcome {
      await say(
        .hello(
          .with {
            $0.protocol = ProtocolVersion.range
            $0.hardware.fingerprint = Data(repeating: 3, count: 32)
          }))
      guard case .welcome(let welcome) = try await hear() else { throw ScriptedNode.Failure.unexpected("no Welcome") }
      return welcome
    }
  }

  private func offer(_ evidence: TPMEvidenceBytes) -> Up {
    .attestationOffer(
      .with {
        $0.tpm.endorsementKey = Data(evidence.endorsementKey)
        $0.tpm.attestationKey = Data(evidence.attestationKey)
        $0.tpm.tlsKey = Data(evidence.tlsKey)
      })
  }

  private struct TPMEvidenceBytes {
    var endorsementKey: [UInt8]
    var attestationKey: [UInt8]
    var tlsKey: [UInt8]
  }

  @Test("registered, it is hardware; unregistered, refused; another node's, refused; and it becomes no file key")
  func registered() async throws {
    let software = try SoftwareTPM()
    let tpm = NodeTPM(try TPM(TCTI(software.tcti)))
    let tlsKey = try await tpm.makeKey()
    let attestationKey = try await tpm.makeAttestationKey(below: .ecc)
    let shown = try await tpm.evidence(attestationKey, tlsKey: tlsKey)
    let evidence = TPMEvidenceBytes(
      endorsementKey: shown.endorsementKey.sizedWire, attestationKey: shown.attestationKey.sizedWire,
      tlsKey: shown.tlsKey.sizedWire)
    let fixture = try OperatorFixture { $0.endorsement.registered = $0.organisations + "/../registered" }
    try fixture.folder.write("", to: "registered/.keep")
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])

    let stranger = try await Line(fixture, "node-a", publicKeyDER: tlsKey.publicKeyInfo)
    _ = try await stranger.hello()
    await stranger.say(offer(evidence))
    guard case .refusal(let unproven) = try await stranger.hear() else {
      Issue.record("an endorsement key that proves nothing was not refused")
      return
    }
    #expect(unproven.reason == .attestation)
    #expect(unproven.message.contains("the endorsement key proves nothing"))

    let key = Data(evidence.endorsementKey).base64EncodedString()
    try fixture.folder.write(#"{"ek":{"public":"\#(key)"}}"#, to: "registered/a.json")
    await (try fixture.licenseOperator).reload()
    let node = try await Line(fixture, "node-a", publicKeyDER: tlsKey.publicKeyInfo)
    let welcome = try await node.hello()
    await node.say(offer(evidence))
    guard case .challenge(let challenge) = try await node.hear() else {
      Issue.record("no Challenge")
      return
    }
    let binding = try SessionBinding(
      sessionID: Array(welcome.sessionID), clientCertificate: node.certificate,
      serverCertificate: try fixture.serverLeaf)
    let data = try QualifyingData(
      nonce: Array(challenge.nonce), fingerprint: [UInt8](repeating: 3, count: 32), nodeUID: challenge.nodeUid,
      binding: binding)
    let answer = try await tpm.answer(
      Credential(blob: Array(challenge.credentialBlob), encryptedSeed: Array(challenge.encryptedSecret)),
      qualifyingData: data.bytes, attestationKey: attestationKey, tlsKey: tlsKey)
    let reply = Up.challengeReply(
      .with {
        $0.nonce = challenge.nonce
        $0.activatedSecret = Data(answer.activatedSecret)
        $0.certifyInfo = Data(answer.certifyInfo)
        $0.certifySignature = Data(answer.certifySignature)
      })
    await node.say(reply)
    guard case .licenseGrant(let sent) = try await node.hear() else {
      Issue.record("no LicenseGrant")
      return
    }
    let grant = try GrantSignature.verify(sent, key: Array(welcome.grantKey))
    #expect(grant.assurance == .hardwareTpm)
    #expect(Array(grant.keyDigest) == Array(SHA256.hash(data: tlsKey.publicKeyInfo)))

    // An answer is good once.
    await node.say(reply)
    guard case .refusal(let replayed) = try await node.hear() else {
      Issue.record("a replayed answer was not refused")
      return
    }
    #expect(replayed.reason == .attestation)

    let other = try await Line(fixture, "node-b", publicKeyDER: tlsKey.publicKeyInfo)
    _ = try await other.hello()
    await other.say(offer(evidence))
    guard case .refusal(let bound) = try await other.hear() else {
      Issue.record("another node's TPM was not refused")
      return
    }
    #expect(bound.reason == .endorsementKeyBound)
    #expect(bound.message == "This TPM's endorsement key is bound to node node-a.")
    await tpm.tpm.close()

    let filed = try FileKeyNode(fixture, "node-a")
    await (try fixture.licenseOperator).closed(node.id)
    try await fixture.advance(41)
    filed.hello()
    _ = try await filed.session.welcome()
    filed.offer()
    #expect(try await filed.session.refusal().reason == .assuranceLowered)
    try fixture.folder.write("[Consent]\nLowerAssurance=org-acme/node-a\n", to: "consent.conf")
    try await fixture.advance(1)
    try await filed.reconnect()
    #expect(try await filed.license().assurance == .fileKey)
    await fixture.kill()
  }
}

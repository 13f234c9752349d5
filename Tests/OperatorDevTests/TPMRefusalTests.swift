import Attestation
import Crypto
import Foundation
import LicenseProtocol
import NodeIdentity
import SwiftProtobuf
import TPM2
import TPMStructures
import TestSupport
import Testing

@testable import OperatorDev

/// What a true (simulated) TPM and a lying node make together, against a whole operator.
@Suite(
  "What an operator refuses of a TPM", .enabled(if: SoftwareTPM.isInstalled, "swtpm is not installed"), .serialized,
  .timeLimit(.minutes(5)))
struct TPMRefusalTests {
  /// An operator that asks for tokens, with the simulated node's endorsement key registered.
  private func fixture(_ simulated: SimulatedNode) async throws -> OperatorFixture {
    let fixture = try OperatorFixture {
      $0.pinnedNames = []
      $0.endorsement.registered = $0.organisations + "/../registered"
    }
    try fixture.folder.write("", to: "registered/.keep")
    try Data(simulated.endorsementKey.sizedWire).write(
      to: fixture.folder.url.appendingPathComponent("registered/a.pub"))
    fixture.review("a", .success(NodeIdentity(name: "node-a", uid: "u-a")))
    fixture.review("b", .success(NodeIdentity(name: "node-b", uid: "u-b")))
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    return fixture
  }

  private func prefixed(_ words: String) -> String { "The attestation of this node's keys failed: \(words)." }

  @Test("a token of another node, a self-made endorsement key, and another key than this session's")
  func offers() async throws {
    let simulated = try await SimulatedNode(below: .ecc)
    let fixture = try await fixture(simulated)
    let (info, wire) = (simulated.tlsKey.publicKeyInfo, simulated.endorsementKey)
    func refusal(_ offer: Up) async throws -> Lowlayer_Agent_V1_Refusal {
      let node = try await TPMLine(fixture, "node-a", publicKeyDER: info)
      _ = try await node.hello()
      await node.say(offer)
      return try await node.refusal()
    }
    let token = try await refusal(try simulated.offer { $0.token = Data("b".utf8) })
    #expect(token.reason == .identity)
    #expect(
      token.message
        == "This node's identity does not hold: its certificate is for node-a, and the token for node-b.")
    let none = try await refusal(try simulated.offer())
    #expect(none.reason == .identity)

    // The form of the TCG's template, with a key that anybody can have made.
    var selfMade = wire
    guard case .ecc(let parameters, _) = selfMade.content else { return }
    let raw = [UInt8](P256.KeyAgreement.PrivateKey().publicKey.rawRepresentation)
    selfMade.content = .ecc(parameters, ECCPoint(x: Array(raw[..<32]), y: Array(raw[32...])))
    let own = try await refusal(
      try simulated.offer {
        $0.token = Data("a".utf8)
        $0.tpm.endorsementKey = Data(selfMade.sizedWire)
      })
    #expect(own.message == prefixed(AttestationRefusal.endorsementKeyUnproven.description))

    let other = try await simulated.tpm.makeKey()
    let wrong = try await refusal(
      try simulated.offer {
        $0.token = Data("a".utf8)
        $0.tpm.tlsKey = Data(other.tpmObject?.publicArea.sizedWire ?? [])
      })
    #expect(wrong.message == prefixed("the offered TLS key is not that of this session's certificate"))
    await simulated.tpm.tpm.close()
    await fixture.kill()
  }

  @Test("attestation keys that the TPM really made, but not restricted, or not bound to it")
  func attestationKeys() async throws {
    let simulated = try await SimulatedNode(below: .ecc)
    let fixture = try await fixture(simulated)
    let template = simulated.attestationKey.object.publicArea
    let cases: [(ObjectAttributes, String)] = [
      (.restricted, "it lacks restricted"), ([.fixedTPM, .fixedParent], "it lacks fixedtpm|fixedparent"),
    ]
    for (missing, words) in cases {
      var wanted = template
      wanted.attributes.subtract(missing)
      if case .ecc(let parameters, _) = wanted.content {
        wanted.content = .ecc(parameters, ECCPoint(x: [], y: []))
      }
      let area = wanted
      let made = try await simulated.tpm.tpm.perform { (context: TPMContext) throws(TPMError) in
        let endorsement = try context.createPrimary(.eccEndorsementKey, in: .endorsement).object
        let session = try context.startAuthSession(.policy)
        try context.policySecret(session, entity: .endorsement)
        let object = try context.create(area, parent: endorsement, authorization: .session(session))
        try context.flush(endorsement)
        return object
      }
      let node = try await TPMLine(fixture, "node-a", publicKeyDER: simulated.tlsKey.publicKeyInfo)
      _ = try await node.hello()
      await node.say(
        try simulated.offer {
          $0.token = Data("a".utf8)
          $0.tpm.attestationKey = Data(made.publicArea.sizedWire)
        })
      #expect(try await node.refusal().message == prefixed("the attestation key is not good: \(words)"))
    }
    await simulated.tpm.tpm.close()
    await fixture.kill()
  }

  /// What a node takes instead of what is true when it answers.
  enum Lie: String, CaseIterable {
    case anotherNodesUID, anOldNonce, anotherKeyCertified, aReplyOfAnotherSession, aReplyTwice

    var words: String {
      switch self {
      case .anotherNodesUID, .anOldNonce: AttestationRefusal.qualifyingData.description
      case .anotherKeyCertified: AttestationRefusal.certifiedName.description
      case .aReplyOfAnotherSession: AttestationRefusal.secret.description
      case .aReplyTwice: AttestationRefusal.challengeUnknown.description
      }
    }
  }

  @Test("answers that the TPM really made, for something else", arguments: Lie.allCases)
  func answers(_ lie: Lie) async throws {
    let simulated = try await SimulatedNode(below: .ecc)
    let fixture = try await fixture(simulated)
    let offer = try simulated.offer { $0.token = Data("a".utf8) }
    func session() async throws -> (TPMLine, Lowlayer_Agent_V1_Welcome, Lowlayer_Agent_V1_Challenge) {
      let node = try await TPMLine(fixture, "node-a", publicKeyDER: simulated.tlsKey.publicKeyInfo)
      let welcome = try await node.hello()
      await node.say(offer)
      return (node, welcome, try await node.challenge())
    }
    let (node, welcome, challenge) = try await session()
    #expect(challenge.nodeUid == "u-a")
    switch lie {
    case .anotherNodesUID:
      await node.say(try await simulated.answer(challenge, in: welcome, on: node, to: fixture, uid: "u-b"))
    case .anOldNonce:
      // A second offer in the session is challenged anew, and the first nonce is void.
      await node.say(offer)
      let second = try await node.challenge()
      #expect(second.nonce != challenge.nonce)
      await node.say(
        try await simulated.answer(second, in: welcome, on: node, to: fixture, nonce: challenge.nonce))
    case .anotherKeyCertified:
      let other = try await simulated.tpm.makeKey()
      await node.say(try await simulated.answer(challenge, in: welcome, on: node, to: fixture, certifying: other))
    case .aReplyOfAnotherSession:
      let honest = try await simulated.answer(challenge, in: welcome, on: node, to: fixture)
      let (later, _, next) = try await session()
      guard case .challengeReply(var reply) = honest else { return }
      reply.nonce = next.nonce
      await later.say(.challengeReply(reply))
      #expect(try await later.refusal().message == prefixed(lie.words))
    case .aReplyTwice:
      let reply = try await simulated.answer(challenge, in: welcome, on: node, to: fixture)
      await node.say(reply)
      guard case .licenseGrant = try await node.hear() else {
        Issue.record("no LicenseGrant")
        return
      }
      await node.say(reply)
    }
    if lie != .aReplyOfAnotherSession {
      let refusal = try await node.refusal()
      #expect(refusal.reason == .attestation)
      #expect(refusal.message == prefixed(lie.words))
    }
    // Nothing was given for it.
    let seats = await (try fixture.licenseOperator).state.seats.count
    #expect(seats == (lie == .aReplyTwice ? 1 : 0))
    await simulated.tpm.tpm.close()
    await fixture.kill()
  }
}

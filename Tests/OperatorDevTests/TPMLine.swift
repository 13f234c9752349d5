import Attestation
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

/// What a node says to the operator, and hears, without a network between: the certificate is judged elsewhere.
struct TPMLine {
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
          $0.hardware.fingerprint = Data(SimulatedNode.fingerprint)
        }))
    guard case .welcome(let welcome) = try await hear() else { throw ScriptedNode.Failure.unexpected("no Welcome") }
    return welcome
  }

  func challenge() async throws -> Lowlayer_Agent_V1_Challenge {
    let message = try await hear()
    guard case .challenge(let challenge) = message else { throw ScriptedNode.Failure.unexpected("\(message)") }
    return challenge
  }

  func refusal() async throws -> Lowlayer_Agent_V1_Refusal {
    let message = try await hear()
    guard case .refusal(let refusal) = message else { throw ScriptedNode.Failure.unexpected("\(message)") }
    return refusal
  }
}

/// A simulated TPM with the keys of a node in it.
struct SimulatedNode {
  static let fingerprint = [UInt8](repeating: 3, count: 32)

  let software: SoftwareTPM
  let tpm: NodeTPM
  let tlsKey: NodeKey
  let attestationKey: AttestationKey
  let endorsementKey: PublicArea

  init(below kind: EndorsementKeyKind) async throws {
    software = try SoftwareTPM()
    tpm = NodeTPM(try TPM(TCTI(software.tcti)))
    tlsKey = try await tpm.makeKey()
    attestationKey = try await tpm.makeAttestationKey(below: kind)
    endorsementKey = try await tpm.evidence(attestationKey, tlsKey: tlsKey).endorsementKey
  }

  /// An offer of its keys, with whatever a test changes.
  func offer(
    certificates: [[UInt8]] = [], _ change: (inout Lowlayer_Agent_V1_AttestationOffer) -> Void = { _ in }
  ) throws -> Up {
    var offer = Lowlayer_Agent_V1_AttestationOffer()
    offer.tpm.endorsementCertificates = certificates.map { Data($0) }
    offer.tpm.endorsementKey = Data(endorsementKey.sizedWire)
    offer.tpm.attestationKey = Data(attestationKey.object.publicArea.sizedWire)
    offer.tpm.tlsKey = Data(try #require(tlsKey.tpmObject).publicArea.sizedWire)
    change(&offer)
    return .attestationOffer(offer)
  }

  /// What the node answers to a challenge, with whatever a test takes instead of what is true.
  func answer(
    _ challenge: Lowlayer_Agent_V1_Challenge, in welcome: Lowlayer_Agent_V1_Welcome, on line: TPMLine,
    to fixture: OperatorFixture, uid: String? = nil, nonce: Data? = nil, certifying other: NodeKey? = nil
  ) async throws -> Up {
    let binding = try SessionBinding(
      sessionID: Array(welcome.sessionID), clientCertificate: line.certificate,
      serverCertificate: try fixture.serverLeaf)
    let data = try QualifyingData(
      nonce: Array(nonce ?? challenge.nonce), fingerprint: Self.fingerprint, nodeUID: uid ?? challenge.nodeUid,
      binding: binding)
    let answer = try await tpm.answer(
      Credential(blob: Array(challenge.credentialBlob), encryptedSeed: Array(challenge.encryptedSecret)),
      qualifyingData: data.bytes, attestationKey: attestationKey, tlsKey: other ?? tlsKey)
    return .challengeReply(
      .with {
        $0.nonce = challenge.nonce
        $0.activatedSecret = Data(answer.activatedSecret)
        $0.certifyInfo = Data(answer.certifyInfo)
        $0.certifySignature = Data(answer.certifySignature)
      })
  }
}

import GRPCCore
import LicenseProtocol
import SwiftProtobuf
import Testing

@testable import NodeAgent

@Suite("What the end of a session says of the certificate that it showed")
struct CertificateReceptionTests {
  /// A session with an operator that showed who it is, as far as that.
  private func session(isOpened: Bool = true, refusal: Lowlayer_Agent_V1_Reason? = nil) -> CertificateReception {
    var reception = CertificateReception()
    reception.dialled { OperatorConnector.Peer(certificate: [1]) }
    if isOpened { reception.opened() }
    if let refusal {
      reception.heard(
        .with {
          $0.refusal.reason = refusal
          $0.refusal.message = "It is refused."
        })
    }
    return reception
  }

  @Test(
    "a refusal speaks against it where another key or another issuer may be taken",
    arguments: [
      .identity, .attestation, .assuranceLowered, .endorsementKeyBound, .organisationUnknown, .certificateRevoked,
    ] as [Lowlayer_Agent_V1_Reason])
  func refused(_ reason: Lowlayer_Agent_V1_Reason) {
    let objection = session(refusal: reason).objection(at: .left(Reconnection(.refused)))
    #expect(objection == CertificateObjection(words: "It is refused.", isCertain: true))
  }

  @Test(
    "a refusal for anything else does not, and neither does the end of that session",
    arguments: [
      .noSeat, .noEntitlement, .nativeMode, .replaced, .unavailable, .protocolVersion, .requiredFeature, .clone,
    ] as [Lowlayer_Agent_V1_Reason])
  func elsewhere(_ reason: Lowlayer_Agent_V1_Reason) {
    let reception = session(refusal: reason)
    #expect(reception.objection(at: .left(Reconnection(.refused))) == nil)
    #expect(reception.objection(at: .lost("the operator hung up")) == nil)
  }

  @Test(
    "a handshake that fails speaks against it for certain; a session that was let in and broke may have had any cause")
  func broken() {
    let end = SessionEnd.lost("the operator hung up")
    #expect(session(isOpened: false).objection(at: end)?.isCertain == true)
    #expect(session().objection(at: end)?.isCertain == false)
    #expect(session().objection(at: .left(Reconnection(.noWelcome)))?.isCertain == false)
    var unauthenticated = session()
    unauthenticated.ended(.failure(RPCError(code: .unauthenticated, message: "the organisation is gone")))
    #expect(unauthenticated.objection(at: end)?.isCertain == true)
    // Nobody was there, or somebody else.
    #expect(CertificateReception().objection(at: end) == nil)
    var unanswered = CertificateReception()
    unanswered.dialled { OperatorConnector.Peer(certificate: []) }
    #expect(unanswered.objection(at: end) == nil)
    #expect(session(isOpened: false).objection(at: .unverified("another issuer")) == nil)
  }

  @Test("a key that the node cannot answer for gives way to the other")
  func unable() {
    var reception = session()
    #expect(reception.objection(at: .unable("the disk is full")) == nil)
    reception.cannotAnswer("the TPM does not answer")
    let objection = reception.objection(at: .unable("the TPM does not answer"))
    #expect(objection == CertificateObjection(words: "the TPM does not answer", isCertain: true))
  }

  @Test(
    "what the node or the operator ends by itself says nothing of it",
    arguments: [.stopped, .renewed, .resettled, .left(Reconnection(.drain)), .left(Reconnection(.fenced))]
      as [SessionEnd])
  func ended(_ end: SessionEnd) { #expect(session().objection(at: end) == nil) }

  @Test("once it is taken, nothing speaks against it any more")
  func taken() {
    var reception = session(refusal: .attestation)
    reception.taken()
    #expect(reception.isTaken)
    #expect(reception.objection(at: .lost("the operator hung up")) == nil)
    #expect(reception.objection(at: .left(Reconnection(.refused))) == nil)
  }
}

import LicenseProtocol
import NodeIdentity

/// What one session shows of the node: its certificate, and who answers for its keys.
struct SessionCredentials: Sendable {
  /// What this session's TLS handshake shows; `nil` where there is none.
  var shown: NodeCertificate?
  /// Its leaf, DER.
  var certificate: [UInt8]
  /// SHA-256 of the SubjectPublicKeyInfo of each key that is this node's: this session's, and the next while both hold.
  var keys: Set<[UInt8]>
  /// Who the node says it is.
  var identity: SessionIdentity
  /// What the operator is offered: of this session's key, or of the next one.
  var offer: @Sendable (_ next: Bool) async throws -> Lowlayer_Agent_V1_AttestationOffer
  /// The answer to a challenge. The TPM is asked here and for handshakes, and nowhere else.
  var answer:
    @Sendable (_ challenge: Lowlayer_Agent_V1_Challenge, _ data: QualifyingData, _ next: Bool) async throws ->
      Lowlayer_Agent_V1_ChallengeReply
}

/// A way to the operator: one connection for one session.
struct OperatorConnector: Sendable {
  typealias Service = Lowlayer_Agent_V1_OperatorService.ClientProtocol

  /// Who answered, once the handshake is done.
  struct Peer: Sendable {
    /// The operator's leaf certificate, DER; empty where the transport has none.
    var certificate: [UInt8]
  }

  /// What is done with a connection.
  typealias Body = @Sendable (_ service: any Service, _ peer: @escaping @Sendable () -> Peer) async throws -> Void

  /// Connects, hands over the service, and closes the connection when the body has returned. A peer that is not the
  /// operator is thrown as ``SessionEnd/unverified(_:)``.
  var withService:
    @Sendable (
      _ credentials: SessionCredentials,
      _ body: @escaping Body
    ) async throws -> Void
}

extension SessionEnd: Error {}

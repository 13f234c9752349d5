import GRPCCore
import LicenseProtocol

/// Why an operator seems not to take the certificate that a session shows.
struct CertificateObjection: Sendable, Hashable {
  /// What happened, as words that end a sentence.
  var words: String
  /// Whether it was about the certificate. Where it was not, it may have been anything: a connection that broke, an
  /// operator that was busy.
  var isCertain: Bool
}

/// How the operator receives the certificate that a session shows.
///
/// Neither a handshake nor a Welcome says that it takes it: a Welcome that asks for the keys comes to whoever is
/// unknown.
struct CertificateReception: Sendable {
  /// Whether the session's key counts as the node's: the operator did not ask for it, or has judged it and given the
  /// seat.
  private(set) var isTaken = false
  private var peer: (@Sendable () -> OperatorConnector.Peer)?
  private var isOpened = false
  private var isUnauthenticated = false
  private var refusal: Lowlayer_Agent_V1_Refusal?
  private var inability: String?

  /// The operator is being dialled; who has answered, `peer` says.
  mutating func dialled(_ peer: @escaping @Sendable () -> OperatorConnector.Peer) { self.peer = peer }

  /// The connection is there.
  mutating func opened() { isOpened = true }

  /// The operator said something.
  mutating func heard(_ message: OperatorMessage) {
    if case .refusal(let refusal) = message.message { self.refusal = refusal }
  }

  /// The operator takes the key.
  mutating func taken() { isTaken = true }

  /// The node cannot answer for the key; why.
  mutating func cannotAnswer(_ words: String) { inability = words }

  /// The stream is over, with this.
  mutating func ended(_ result: Result<Void, any Error>) {
    if case .failure(let error as RPCError) = result { isUnauthenticated = error.code == .unauthenticated }
  }

  /// What speaks against the certificate at the end of its session; `nil` where the operator takes it or was not
  /// reached, and where the session ended for something else, like an organisation without a free seat.
  func objection(at end: SessionEnd) -> CertificateObjection? {
    guard !isTaken else { return nil }
    if let inability { return CertificateObjection(words: inability, isCertain: true) }
    switch end {
    case .left(let reconnection):
      if reconnection.cause == .drain || reconnection.cause == .fenced { return nil }
    case .lost: break
    case .unverified, .incompatible, .unable, .renewed, .resettled, .stopped: return nil
    }
    if let refusal {
      guard refusal.reason.isAboutCertificate else { return nil }
      return CertificateObjection(words: Words.of(refusal.message), isCertain: true)
    }
    guard let peer, !peer().certificate.isEmpty else { return nil }
    // Who was let in may be taken already, for all the node knows: the operator makes a next key the only one before it
    // says Welcome.
    return CertificateObjection(words: end.description, isCertain: !isOpened || isUnauthenticated)
  }
}

extension Lowlayer_Agent_V1_Reason {
  /// Whether another certificate, or another key, may be taken where a session is refused for this reason.
  fileprivate var isAboutCertificate: Bool {
    isAboutKeys || self == .organisationUnknown || self == .certificateRevoked
  }
}

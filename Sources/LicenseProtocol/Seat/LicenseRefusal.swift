/// Why an operator grants nothing: the reason on the wire, and its words, which are the same in the Refusal or Fenced that the
/// node shows, in the operator's event and in its log.
public enum LicenseRefusal: Error, Sendable, Hashable {
  /// No version that both ends speak.
  case protocolVersion(offered: ClosedRange<UInt32>?, spoken: ClosedRange<UInt32>)
  /// Features that are required and not understood.
  case requiredFeatures([String])
  /// The node is not who it says; why, as a clause: "the token is of another audience".
  case identity(String)
  /// The node's keys are not held as it says; why, as a clause.
  case attestation(String)
  /// Every seat that the organisation may have is taken.
  case noSeat(organisation: String, node: String, used: Int, limit: UInt32)
  /// The organisation may run no node now; why, as a clause.
  case noEntitlement(organisation: String, String)
  /// Two machines claim this node's seat, and this one lost.
  case clone(node: String, String)
  /// The node's keys are held less well than before, and nobody consented.
  case assuranceLowered(from: Lowlayer_Agent_V1_Assurance, to: Lowlayer_Agent_V1_Assurance)
  /// The endorsement key is another node's, or this node is bound to another one; the node that has it, where one does.
  case endorsementKeyBound(node: String?)
  /// No organisation's issuer signed the node's certificate.
  case organisationUnknown
  /// The node's certificate is revoked.
  case certificateRevoked(serial: String)
  /// A message is not what the protocol says; which, as a clause.
  case malformed(String)
  /// A newer session of the same agent took this one's place.
  case replaced
  /// The organisation runs without agents.
  case nativeMode(organisation: String)
  /// The operator cannot judge just now; why, as a clause.
  case unavailable(String)

  /// The reason as the protocol carries it.
  public var reason: Lowlayer_Agent_V1_Reason {
    switch self {
    case .protocolVersion: .protocolVersion
    case .requiredFeatures: .requiredFeature
    case .identity: .identity
    case .attestation: .attestation
    case .noSeat: .noSeat
    case .noEntitlement: .noEntitlement
    case .clone: .clone
    case .assuranceLowered: .assuranceLowered
    case .endorsementKeyBound: .endorsementKeyBound
    case .organisationUnknown: .organisationUnknown
    case .certificateRevoked: .certificateRevoked
    case .malformed: .malformed
    case .replaced: .replaced
    case .nativeMode: .nativeMode
    case .unavailable: .unavailable
    }
  }

  /// What failed, one sentence for a person.
  public var message: String {
    switch self {
    case .protocolVersion(let offered, let spoken):
      "The agent speaks \(LicenseRefusal.words(offered)), and the operator \(LicenseRefusal.words(spoken))."
    case .requiredFeatures(let names):
      "The other end requires what is not understood here: \(names.joined(separator: ", "))."
    case .identity(let clause): "This node's identity does not hold: \(clause)."
    case .attestation(let clause): "The attestation of this node's keys failed: \(clause)."
    case .noSeat(let organisation, let node, let used, let limit):
      "Organisation \(organisation) has \(used) seats taken of at most \(limit), so node \(node) gets none."
    case .noEntitlement(let organisation, let clause): "Organisation \(organisation) may run no nodes now: \(clause)."
    case .clone(let node, let clause): "Two machines claim the seat of node \(node): \(clause)."
    case .assuranceLowered(let from, let to):
      "This node was attested \(from.words) and comes \(to.words); nobody at the operator has consented to that."
    case .endorsementKeyBound(let node?): "This TPM's endorsement key is bound to node \(node)."
    case .endorsementKeyBound(nil): "This node is bound to another TPM's endorsement key."
    case .organisationUnknown: "No organisation that the operator knows issued this node's certificate."
    case .certificateRevoked(let serial): "This node's certificate with serial number \(serial) is revoked."
    case .malformed(let clause): "A message of this node is malformed: \(clause)."
    case .replaced: "A newer session of this node took this one's place."
    case .nativeMode(let organisation): "Organisation \(organisation) runs in mode native, without agents."
    case .unavailable(let clause): "The operator cannot judge just now: \(clause)."
    }
  }

  /// The Refusal that says so. `retryAfter` of zero keeps the session open.
  public func refusal(retryAfter: Duration = .zero) -> Lowlayer_Agent_V1_Refusal {
    var refusal = Lowlayer_Agent_V1_Refusal()
    refusal.reason = reason
    refusal.message = message
    refusal.retryAfterMs = retryAfter.wholeMilliseconds
    return refusal
  }

  /// The Fenced that says so.
  public func fenced(retryAfter: Duration) -> Lowlayer_Agent_V1_Fenced {
    var fenced = Lowlayer_Agent_V1_Fenced()
    fenced.reason = reason
    fenced.message = message
    fenced.retryAfterMs = retryAfter.wholeMilliseconds
    return fenced
  }

  private static func words(_ versions: ClosedRange<UInt32>?) -> String {
    guard let versions else { return "no version at all" }
    return versions.lowerBound == versions.upperBound
      ? "version \(versions.lowerBound)" : "versions \(versions.lowerBound) to \(versions.upperBound)"
  }
}

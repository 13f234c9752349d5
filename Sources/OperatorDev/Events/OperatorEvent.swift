import Diagnostics

/// Something that happened to a node, an organisation or the operator itself, as it is printed: one JSON object a line.
public struct OperatorEvent: Sendable, Hashable {
  /// What happened.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A handshake that was not let through: the certificate is from nobody we know, expired or revoked.
    case handshakeRefused = "handshake-refused"
    /// A node holds a new grant.
    case licensed
    /// A node got no grant.
    case refused
    /// A node's key was attested.
    case attested
    /// Two claim one seat, or a node's past was restored.
    case cloneSuspected = "clone-suspected"
    /// A node that lost to another.
    case fenced
    /// A lease expired: the node is to be tainted.
    case leaseExpired = "lease-expired"
    /// A tainted node lives again, or mode native began: the taint goes.
    case leaseRestored = "lease-restored"
    /// More leases expired at once than the brake lets through: nobody is tainted.
    case massExpiryBraked = "mass-expiry-braked"
    /// A person let those be tainted whom the brake held, or mode native began and they are not.
    case massExpiryReleased = "mass-expiry-released"
    /// The key server said what is allowed.
    case entitlementChanged = "entitlement-changed"
    /// The key server cannot be reached, refuses, or answers what is not believed.
    case keyServerLost = "key-server-lost"
    /// The last entitlement is out of date and within its grace.
    case graceBegan = "grace-began"
    /// The grace has ended: nothing is granted.
    case graceEnded = "grace-ended"
    /// A node did not apply its configuration.
    case configurationRefused = "configuration-refused"
    /// A file in the configuration folder is none that a node would take, and is left out.
    case configurationFault = "configuration-fault"
    /// The files of organisations, consent or configuration were read again.
    case reloaded
    /// They could not be read; what was read last goes on.
    case reloadFailed = "reload-failed"
    /// A revocation list's time is over, and no newer one is there.
    case revocationListExpired = "revocation-list-expired"
    /// The state could not be saved; nothing that depends on it was sent.
    case stateNotSaved = "state-not-saved"
    /// A seat was freed because the consent file says so, or those of an operator below.
    case seatReleased = "seat-released"
    /// A licensee called while a call of it was open: one of the two has ended.
    case secondCall = "second-call"
    /// The operator, or the key server's double, serves; where, is said.
    case started
    /// The operator sends its nodes away and ends.
    case draining
  }

  /// When, in nanoseconds since 1970.
  public var realNanoseconds: Int64
  /// What happened.
  public var kind: Kind
  /// The organisation; empty where it is about none.
  public var organisation: String
  /// The node's name; empty where it is about none.
  public var node: String
  /// One sentence for a person, the same that the node shows.
  public var message: String

  /// An event.
  public init(at realNanoseconds: Int64, _ kind: Kind, organisation: String = "", node: String = "", message: String) {
    self.realNanoseconds = realNanoseconds
    self.kind = kind
    self.organisation = organisation
    self.node = node
    self.message = message
  }

  /// One line of JSON without its end. Members that say nothing are left out.
  public var json: [UInt8] {
    var members: [JSONText.Member] = [
      .init("time", .integer(Int(realNanoseconds))), .init("event", .string(kind.rawValue)),
    ]
    if !organisation.isEmpty { members.append(.init("organisation", .string(organisation))) }
    if !node.isEmpty { members.append(.init("node", .string(node))) }
    members.append(.init("message", .string(message)))
    return JSONText.object(members).compact
  }
}

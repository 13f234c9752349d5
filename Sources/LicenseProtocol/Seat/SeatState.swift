import SwiftProtobuf

/// What an operator knows of one node's seat, as a pure value. Everything but `lease` is saved, and saved before anything that
/// follows from it is sent.
public struct SeatState: Sendable, Hashable {
  /// A key that the operator holds to be this node's.
  public struct PinnedKey: Sendable, Hashable {
    /// SHA-256 of its SubjectPublicKeyInfo, DER.
    public var digest: [UInt8]
    /// How it is held, as the operator graded it.
    public var assurance: Lowlayer_Agent_V1_Assurance

    /// A key.
    public init(digest: [UInt8], assurance: Lowlayer_Agent_V1_Assurance) {
      self.digest = digest
      self.assurance = assurance
    }
  }

  /// Which of the seat's keys a TLS session uses.
  public enum KeyUse: Sendable, Hashable {
    /// The one in use.
    case current
    /// The one that was attested over an earlier session, for the first time.
    case next
    /// None: attestation is required.
    case unknown
  }

  /// The organisation.
  public let organisation: String
  /// The node's name.
  public let nodeName: String
  /// The node's UID; empty where a certificate is the identity.
  public var nodeUID: String
  /// The key in use.
  public internal(set) var key: PinnedKey
  /// The key that the node changes to; `nil` outside of a rotation.
  public internal(set) var nextKey: PinnedKey?
  /// SHA-256 of the endorsement key's TPM2B_PUBLIC; empty with a file key.
  public internal(set) var endorsementKey: [UInt8]
  /// SHA-256 of the TPM2B_PUBLIC of the attestation key that `tpmClock` was signed with.
  public internal(set) var attestationKey: [UInt8]
  /// The latest clock that the node's TPM stated.
  public internal(set) var tpmClock: TPMClock?
  /// The epoch of the last grant; 0 before the first.
  public internal(set) var epoch: UInt64
  /// SHA-256 of the last grant's signed bytes; empty before the first.
  public var grantDigest: [UInt8]
  /// The last grant's issuing and not-after; `nil` when none is in force.
  public internal(set) var granted: GrantTerm?
  /// The ratchet.
  public var ratchet: Ratchet
  /// The lease; `nil` before the first grant.
  public var lease: Lease?

  /// From when until when a grant holds.
  public struct GrantTerm: Sendable, Hashable {
    /// When it was issued.
    public var issued: ServerTime
    /// When it ends.
    public var notAfter: ServerTime

    /// A term.
    public init(issued: ServerTime, notAfter: ServerTime) {
      self.issued = issued
      self.notAfter = notAfter
    }
  }

  /// The seat of a node whose key was just attested for the first time.
  public init(organisation: String, nodeName: String, nodeUID: String, attested: AttestedKey) {
    self.organisation = organisation
    self.nodeName = nodeName
    self.nodeUID = nodeUID
    key = attested.key
    endorsementKey = attested.endorsementKey
    attestationKey = attested.attestationKey
    tpmClock = attested.clock
    epoch = 0
    grantDigest = []
    ratchet = Ratchet()
  }

  /// A seat as it was saved, in an operator that started at `start`, when its time was `server`. Where it has a grant its lease
  /// is whole from then on, but for the grant's not-after; where the grant was taken from it, the lease is over.
  public init(
    organisation: String, nodeName: String, nodeUID: String, key: PinnedKey, nextKey: PinnedKey?,
    endorsementKey: [UInt8], attestationKey: [UInt8], tpmClock: TPMClock?, epoch: UInt64, grantDigest: [UInt8],
    granted: GrantTerm?, ratchet: Ratchet, operatorStart start: BootTime, server: ServerTime,
    leaseDuration: Duration
  ) {
    self.organisation = organisation
    self.nodeName = nodeName
    self.nodeUID = nodeUID
    self.key = key
    self.nextKey = nextKey
    self.endorsementKey = endorsementKey
    self.attestationKey = attestationKey
    self.tpmClock = tpmClock
    self.epoch = epoch
    self.grantDigest = grantDigest
    self.granted = granted
    self.ratchet = ratchet
    guard epoch > 0 else { return }
    let remaining = granted.map { $0.notAfter - server } ?? .zero
    lease = Lease(at: start, duration: leaseDuration, grantRemaining: remaining)
  }

  /// Which of the seat's keys has this digest.
  public func use(of digest: [UInt8]) -> KeyUse {
    if Ratchet.equal(digest, key.digest) { return .current }
    if let nextKey, Ratchet.equal(digest, nextKey.digest) { return .next }
    return .unknown
  }

  /// The first session with the next key: it becomes the one in use, the old one is no longer accepted, and a grant is due.
  public mutating func changeKey() {
    guard let nextKey else { return }
    key = nextKey
    self.nextKey = nil
    grantDigest = []
  }

  /// Whether the unlicensed taint belongs on the node. A disconnection alone never brings it back: only an expired lease does.
  /// An operator that has not run for a whole lease yet puts it on nobody.
  public func isTaintWanted(at now: BootTime) -> Bool { !(lease?.isLive(at: now) ?? false) }
}

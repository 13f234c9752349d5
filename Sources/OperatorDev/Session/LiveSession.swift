import Attestation
import LicenseProtocol

/// A session as the operator holds it while it lasts. Nothing of it outlives the stream.
struct LiveSession: Sendable {
  /// Where it stands.
  enum Phase: Sendable, Hashable {
    /// Nothing was said yet.
    case opened
    /// Welcomed, and to offer its keys.
    case offering
    /// Asked to prove its keys.
    case challenged
    /// Proven, and without a seat: one may come free.
    case waiting
    /// It has its seat.
    case seated
    /// Refused for good; only the rest of the outbox is still sent.
    case over
  }

  /// What is being attested in this session.
  struct Offer: Sendable {
    /// Who the node is, as somebody else says.
    var identity: NodeIdentity
    /// Which key, as a DER SubjectPublicKeyInfo.
    var publicKeyDER: [UInt8]
    /// Whether it is the next key and not this session's.
    var isNext: Bool
    /// How well it is held, if the answer is good.
    var assurance: Lowlayer_Agent_V1_Assurance
    /// SHA-256 of the endorsement key's and of the attestation key's public areas; empty with a file key.
    var endorsementKey: [UInt8] = []
    var attestationKey: [UInt8] = []
    /// The nonce that the answer has to name.
    var nonce: [UInt8]
    /// When the challenge was sent.
    var challengedAt: BootTime

    /// Whether the key is in a file, so that the nonce alone is the challenge.
    var isFileKey: Bool { endorsementKey.isEmpty }
  }

  /// Keys that were attested while no seat was free.
  struct Proven: Sendable, Hashable {
    var identity: NodeIdentity
    var attested: LicenseProtocol.AttestedKey
  }

  let peer: Peer
  let outbox: Outbox
  let openedAt: BootTime
  /// 32 bytes of our choice.
  let sessionID: [UInt8]
  /// The ratchet value that this session issued, 32 bytes.
  let ratchet: [UInt8]

  var phase = Phase.opened
  /// When the phase began.
  var phaseSince: BootTime
  /// When the node was last heard.
  var heardAt: BootTime
  /// The time that Welcome named, and what has passed since: what the node judges grants by.
  var told: ServerClock?
  /// Its epoch, ratchet value and fingerprint alone.
  var hello = Lowlayer_Agent_V1_Hello()
  var seat: SeatID?
  var offer: Offer?
  /// What was proven while no seat was free.
  var proven: Proven?
  /// SHA-256 of the grant that the node holds.
  var grantDigest: [UInt8] = []
  /// Why it has no grant, as it was said last.
  var declined: LicenseRefusal?
  /// Whether a grant is being made and saved, and whether it has to be followed by another one.
  var isGranting = false
  var isDueAnew = false
  /// The sequence of the last Heartbeat.
  var heartbeat: UInt64 = 0
  /// What the node has applied.
  var applied: [String: UInt64] = [:]
  /// The delta that waits for its ConfigAck, and the versions that it leads to.
  var delta: (nonce: [UInt8], target: [String: UInt64])?
  /// Versions that the node could not apply: not sent again.
  var unappliable: [String: UInt64]?

  /// SHA-256 of the hardware's facts, as the node claims it; empty where it sent none.
  var fingerprint: [UInt8] { Array(hello.hardware.fingerprint) }

  mutating func enter(_ next: Phase, at now: BootTime) {
    phase = next
    phaseSince = now
  }
}

import FoundationEssentials
import LicenseProtocol

/// ``OperatorState`` as its file has it.
struct SavedState: Codable {
  static let currentVersion = 1

  struct Ledger: Codable {
    var version: UInt64
    var holders: [String]
  }

  struct Promise: Codable {
    var seats: UInt32
    /// Nanoseconds since 1970.
    var until: Int64
  }

  struct Braked: Codable {
    /// Nanoseconds since 1970.
    var since: Int64
    var nodes: [String]
  }

  var version = SavedState.currentVersion
  /// `nil` in what is written: ``StateWriter`` puts them in front of the rest.
  var seats: [SavedSeat]?
  var ledgers: [String: Ledger]
  /// A serialized EntitlementUpdate.
  var entitlement: Data?
  var configuration: ConfigurationVersions
  /// Nanoseconds since 1970.
  var latestDate: Int64
  var downstream: [String: UInt32]
  /// `nil` in files that were written before it was kept.
  var promised: [String: Promise]?
  /// For those who look at the file.
  var braked: Braked?
}

/// A ``Seat`` as the file has it: everything but the lease.
struct SavedSeat: Codable {
  struct Key: Codable {
    var digest: Data
    var assurance: Int
  }

  struct Clock: Codable {
    var clock: UInt64
    var resetCount: UInt32
    var restartCount: UInt32
    var isSafe: Bool
  }

  struct Term: Codable {
    /// Nanoseconds since 1970.
    var issued: Int64
    /// Nanoseconds since 1970.
    var notAfter: Int64
  }

  struct SavedRatchet: Codable {
    var current: Data?
    var previous: Data?
    var isConfirmed: Bool
    var isPreviousSpent: Bool
  }

  var organisation: String
  var node: String
  var uid: String
  var key: Key
  var nextKey: Key?
  var endorsementKey: Data
  var attestationKey: Data
  var tpmClock: Clock?
  var epoch: UInt64
  var grantDigest: Data
  var granted: Term?
  var ratchet: SavedRatchet
  var isTainted: Bool
  var isAlive: Bool
  var configurationFault: String

  init(_ seat: Seat) {
    let rules = seat.rules
    organisation = rules.organisation
    node = rules.nodeName
    uid = rules.nodeUID
    key = Key(rules.key)
    nextKey = rules.nextKey.map(Key.init)
    endorsementKey = Data(rules.endorsementKey)
    attestationKey = Data(rules.attestationKey)
    tpmClock = rules.tpmClock.map {
      Clock(clock: $0.clock, resetCount: $0.resetCount, restartCount: $0.restartCount, isSafe: $0.isSafe)
    }
    epoch = rules.epoch
    grantDigest = Data(rules.grantDigest)
    granted = rules.granted.map { Term(issued: $0.issued.nanoseconds, notAfter: $0.notAfter.nanoseconds) }
    ratchet = SavedRatchet(
      current: rules.ratchet.current.map { Data($0) }, previous: rules.ratchet.previous.map { Data($0) },
      isConfirmed: rules.ratchet.isConfirmed, isPreviousSpent: rules.ratchet.isPreviousSpent)
    isTainted = seat.isTainted
    isAlive = seat.isAlive
    configurationFault = seat.configurationFault
  }

  /// The seat in an operator that started at `start`, when the date was `date`.
  func seat(startedAt start: BootTime, date: ServerTime, leaseDuration: Duration) -> Seat {
    let clock = tpmClock.map {
      TPMClock(clock: $0.clock, resetCount: $0.resetCount, restartCount: $0.restartCount, isSafe: $0.isSafe)
    }
    let term = granted.map {
      SeatState.GrantTerm(issued: ServerTime(nanoseconds: $0.issued), notAfter: ServerTime(nanoseconds: $0.notAfter))
    }
    let rules = SeatState(
      organisation: organisation, nodeName: node, nodeUID: uid, key: key.pinned, nextKey: nextKey?.pinned,
      endorsementKey: Array(endorsementKey), attestationKey: Array(attestationKey), tpmClock: clock, epoch: epoch,
      grantDigest: Array(grantDigest), granted: term,
      ratchet: Ratchet(
        current: ratchet.current.map { Array($0) }, previous: ratchet.previous.map { Array($0) },
        isConfirmed: ratchet.isConfirmed, isPreviousSpent: ratchet.isPreviousSpent), operatorStart: start,
      server: date, leaseDuration: leaseDuration)
    return Seat(rules: rules, isTainted: isTainted, isAlive: isAlive, configurationFault: configurationFault)
  }
}

extension SavedSeat.Key {
  fileprivate init(_ key: SeatState.PinnedKey) {
    self.init(digest: Data(key.digest), assurance: key.assurance.rawValue)
  }

  fileprivate var pinned: SeatState.PinnedKey {
    SeatState.PinnedKey(
      digest: Array(digest), assurance: Lowlayer_Agent_V1_Assurance(rawValue: assurance) ?? .unspecified)
  }
}

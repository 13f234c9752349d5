/// Which nodes of one organisation hold a seat. It changes by compare-and-swap only: a change is made of one version, and is
/// stored only where that is still the version that is stored.
public struct SeatLedger: Sendable, Hashable {
  /// The organisation.
  public let organisation: String
  /// Grows by one with each change.
  public private(set) var version: UInt64
  /// The names of the nodes with a seat, in the order in which they took it.
  public private(set) var holders: [String]

  /// A ledger without holders, or as it was saved.
  public init(organisation: String, version: UInt64 = 0, holders: [String] = []) {
    self.organisation = organisation
    self.version = version
    self.holders = holders
  }

  /// How many seats are taken, `Grant.seats_used`.
  public var used: Int { holders.count }

  /// How many of them are billed above what is included.
  public func billed(_ allowance: SeatAllowance) -> Int { max(used - Int(allowance.included), 0) }

  /// The ledger in which `node` has a seat: this one where it has it already, and it is within the limit.
  ///
  /// Where a limit was lowered, who took a seat last has none: no node's grant is renewed beyond the limit.
  public func taking(_ node: String, allowance: SeatAllowance) throws(LicenseRefusal) -> SeatLedger {
    let index = holders.firstIndex(of: node) ?? holders.count
    if let limit = allowance.limit, index >= Int(limit) {
      throw .noSeat(organisation: organisation, node: node, used: used, limit: limit)
    }
    if index < holders.count { return self }
    return SeatLedger(organisation: organisation, version: version + 1, holders: holders + [node])
  }

  /// The ledger in which `node` has no seat.
  public func releasing(_ node: String) -> SeatLedger {
    guard holders.contains(node) else { return self }
    return SeatLedger(organisation: organisation, version: version + 1, holders: holders.filter { $0 != node })
  }

  /// Stores `next`, which was made of version `expected`; false where another change came between, and nothing is stored.
  public mutating func compareAndSwap(_ next: SeatLedger, expected: UInt64) -> Bool {
    guard version == expected, next.organisation == organisation else { return false }
    self = next
    return true
  }
}

/// How many seats an organisation may take.
public struct SeatAllowance: Sendable, Hashable {
  /// The mode that the key server names.
  public var mode: Lowlayer_Agent_V1_Mode
  /// Seats above this are billed.
  public var included: UInt32
  /// No seat above this is given; `nil` is unlimited.
  public var limit: UInt32?

  /// An allowance.
  public init(mode: Lowlayer_Agent_V1_Mode, included: UInt32, limit: UInt32?) {
    self.mode = mode
    self.included = included
    self.limit = limit
  }
}

import LicenseProtocol

/// A seat as the operator keeps it: the protocol's rules about it, and what only this operator wants to know.
struct Seat: Sendable, Hashable {
  /// What the protocol says about it.
  var rules: SeatState
  /// Whether the node was found without a lease, and not heard since.
  var isTainted = false
  /// Whether its lease lived when this was noted last; it is saved for those who look at the file.
  var isAlive = false
  /// What its node could not apply; empty where it could.
  var configurationFault = ""

  var id: SeatID { SeatID(organisation: rules.organisation, node: rules.nodeName) }
}

/// Which seat: an organisation's node, by name. The node's UID is recorded beside: a node that is made again under
/// its old
/// name sits on its old seat.
public struct SeatID: Sendable, Hashable, Codable {
  /// The organisation's name.
  public var organisation: String
  /// The node's name.
  public var node: String

  /// A seat.
  public init(organisation: String, node: String) {
    self.organisation = organisation
    self.node = node
  }
}

extension SeatID: CustomStringConvertible {
  /// `ORGANISATION/NODE`.
  public var description: String { "\(organisation)/\(node)" }
}

extension SeatID: Comparable {
  /// Orders by organisation, then by node.
  public static func < (left: SeatID, right: SeatID) -> Bool {
    (left.organisation, left.node) < (right.organisation, right.node)
  }
}

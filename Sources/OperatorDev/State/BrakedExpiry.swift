import LicenseProtocol

/// Expired leases that the brake on mass expiry holds: nobody is tainted for them until fewer are left or a person
/// releases them.
struct BrakedExpiry: Sendable, Hashable {
  /// When the first of them was held.
  var since: ServerTime
  /// Whose leases they are, `ORGANISATION/NODE`, in order.
  var nodes: [String]

  /// What a person calls it by in the consent file.
  var name: String { since.timestamp }
}

import SwiftASN1
import X509

/// The names that an organization's authority may put into certificates: the critical name constraints of its own
/// certificate (RFC 5280, section 4.2.1.10). Everything else of these kinds is refused by whoever verifies.
public struct OrganizationNames: Sendable, Hashable {
  /// DNS domains; each permits itself and all below it, as DNS names and as the hosts of URIs. Without any,
  /// neither is permitted. E-mail addresses are not constrained: swift-certificates refuses every chain that does so, and nobody here
  /// knows anybody by one.
  public var dnsDomains: [String]
  /// IPv4 and IPv6 ranges. All addresses of a version without a range are excluded.
  public var addressRanges: [AddressRange]

  /// The names of an organization.
  public init(dnsDomains: [String], addressRanges: [AddressRange] = []) {
    self.dnsDomains = dnsDomains
    self.addressRanges = addressRanges
  }

  // A domain that nobody can have (RFC 6761, section 6.4). Verifiers do not agree on what an empty URI
  // constraint means; they agree that what is not permitted is refused.
  private static let nobody = "invalid"

  /// Refuses domains that are none, before anything is made for them.
  public func check() throws(PKIError) { _ = try constraints() }

  func constraints() throws(PKIError) -> NameConstraints {
    for domain in dnsDomains {
      guard DNSName.isHost(domain) else {
        throw PKIError.unsuitable(
          what: "an organization's domain", value: domain,
          rule: "labels of letters, digits and hyphens, without a dot at the ends")
      }
    }
    let domains = dnsDomains.isEmpty ? [Self.nobody] : dnsDomains.map { $0.lowercased() }
    // As a URI constraint a domain stands for the host itself; with a dot before it, for all below.
    let hosts = domains.flatMap { [$0, ".\($0)"] }
    let permitted: [GeneralName] =
      domains.map { .dnsName($0) } + addressRanges.map { Self.subtree($0) }
      + hosts.map { .uniformResourceIdentifier($0) }
    let without = [AddressRange.allIPv4, .allIPv6].filter { all in
      !addressRanges.contains { $0.address.count == all.address.count }
    }
    return NameConstraints(permittedSubtrees: permitted, excludedSubtrees: without.map { Self.subtree($0) })
  }

  private static func subtree(_ range: AddressRange) -> GeneralName {
    .ipAddress(ASN1OctetString(contentBytes: (range.address + range.mask)[...]))
  }
}

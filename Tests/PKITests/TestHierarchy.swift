import PKI
import PrivateKeys
import SwiftASN1
import X509

/// A whole hierarchy of one cluster, as the desk makes it.
struct TestHierarchy: Sendable {
  static let now: Int64 = 1_800_000_000
  static let shared = Result { try TestHierarchy() }

  /// An authority with all that belongs to it.
  struct Place: Sendable {
    var key: PrivateKey
    var certificate: IssuedCertificate
    var twin: IssuedCertificate
    /// The certificates above it, without the root.
    var above: [IssuedCertificate]

    /// What a server or client sends behind its leaf.
    var chain: [IssuedCertificate] { [certificate] + above }
  }

  let cluster = "demo"
  let root: IssuedCertificate
  let rootKey: PrivateKey
  let management: Place
  let issuers: [Issuer: Place]
  /// `a` and `b` have names and addresses; `c` has no addresses, `d` no domains.
  let organizations: [String: Place]
  let leafKey: PrivateKey

  static let names = [
    "a": OrganizationNames(
      dnsDomains: ["org-a.example"],
      addressRanges: [try? AddressRange("10.1.0.0/16"), try? AddressRange("fd00:a::/32")].compactMap { $0 }),
    "b": OrganizationNames(
      dnsDomains: ["org-b.example"],
      addressRanges: [try? AddressRange("10.2.0.0/16"), try? AddressRange("fd00:b::/32")].compactMap { $0 }),
    "c": OrganizationNames(dnsDomains: ["org-c.example"]),
    "d": OrganizationNames(dnsDomains: [], addressRanges: [try? AddressRange("10.4.0.0/16")].compactMap { $0 }),
  ]

  init(at now: Int64 = TestHierarchy.now) throws {
    rootKey = try PrivateKey.generate(.p384)
    root = try Issuing.root(rootKey, at: now)
    leafKey = try PrivateKey.generate(.p256)
    let key = try PrivateKey.generate(.p384)
    let certificate = try Issuing.authority(
      .managementCluster, cluster: cluster, key: key, names: nil, issuer: root, issuerKey: rootKey, at: now)
    management = Place(
      key: key, certificate: certificate, twin: try Issuing.twin(of: certificate, key: key), above: [])
    var issuers: [Issuer: Place] = [:]
    for issuer in Issuer.allCases { issuers[issuer] = try Self.place(.issuer(issuer), nil, cluster, management, now) }
    self.issuers = issuers
    var organizations: [String: Place] = [:]
    for (name, names) in Self.names {
      organizations[name] = try Self.place(.organization(name), names, cluster, management, now)
    }
    self.organizations = organizations
  }

  private static func place(
    _ authority: Authority, _ names: OrganizationNames?, _ cluster: String, _ above: Place, _ now: Int64
  ) throws -> Place {
    let key = try PrivateKey.generate(.p256)
    let certificate = try Issuing.authority(
      authority, cluster: cluster, key: key, names: names, issuer: above.certificate, issuerKey: above.key, at: now)
    return Place(
      key: key, certificate: certificate, twin: try Issuing.twin(of: certificate, key: key), above: above.chain)
  }

  struct Missing: Error {}

  func issuer(_ issuer: Issuer) throws -> Place {
    guard let place = issuers[issuer] else { throw Missing() }
    return place
  }

  func organization(_ name: String) throws -> Place {
    guard let place = organizations[name] else { throw Missing() }
    return place
  }

  func leaf(_ profile: LeafProfile, at now: Int64 = TestHierarchy.now) throws -> IssuedCertificate {
    let bootstrap = try issuer(.bootstrap)
    return try Issuing.leaf(
      profile, cluster: cluster, key: leafKey, issuer: bootstrap.certificate, issuerKey: bootstrap.key, at: now)
  }

  /// A leaf that the room itself does not issue.
  func mint(
    _ commonName: String, by place: Place, _ change: (inout Mint) -> Void = { _ in }
  ) throws -> IssuedCertificate {
    var mint = Mint(
      commonName: commonName, key: leafKey, issuer: place.certificate, issuerKey: place.key)
    change(&mint)
    return try mint.certificate()
  }

  /// Empty lists of every authority, but for what `revoked` says of an authority by its common name.
  func lists(_ revoked: [String: [RevocationList.Entry]] = [:]) throws -> [RevocationList] {
    let places =
      [(root, rootKey)] + ([management] + issuers.values + organizations.values).map { ($0.certificate, $0.key) }
    return try places.map { certificate, key in
      try RevocationList.make(
        issuer: certificate, issuerKey: key, revoked: revoked[certificate.commonName] ?? [], number: 7,
        at: Self.now - 3600, nextUpdate: Self.now + 86_400)
    }
  }
}

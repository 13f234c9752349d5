import SwiftASN1
import X509

extension DistinguishedName {
  // The upper bounds of RFC 5280, appendix A.1: as many characters in an organization's, unit's or common name.
  private static let upperBound = 64

  /// The subject of an authority: the root's own name, `O=<cluster>, CN=<name>` for all others.
  static func of(_ authority: Authority, cluster: String) throws(PKIError) -> DistinguishedName {
    switch authority {
    case .root: try make([(.RDNAttributeType.commonName, "a common name", authority.commonName)])
    default: try of(cluster: cluster, unit: nil, commonName: authority.commonName)
    }
  }

  /// The subject of what a cluster's authorities sign.
  static func of(cluster: String, unit: String?, commonName: String) throws(PKIError) -> DistinguishedName {
    // Kubernetes takes an organization for a group; its own groups may never come from a cluster's name.
    guard !cluster.hasPrefix("system:") else {
      throw PKIError.unsuitable(what: "a cluster's name", value: cluster, rule: "system: begins Kubernetes' own groups")
    }
    var parts: [Part] = [(.RDNAttributeType.organizationName, "a cluster's name", cluster)]
    if let unit { parts.append((.RDNAttributeType.organizationalUnitName, "an organizational unit", unit)) }
    parts.append((.RDNAttributeType.commonName, "a common name", commonName))
    return try make(parts)
  }

  private typealias Part = (type: ASN1ObjectIdentifier, what: String, value: String)

  private static func make(_ parts: [Part]) throws(PKIError) -> DistinguishedName {
    for part in parts {
      let isPlain = part.value.unicodeScalars.allSatisfy { (0x20..<0x7F).contains($0.value) }
      guard isPlain, (1...upperBound).contains(part.value.utf8.count) else {
        throw PKIError.unsuitable(
          what: part.what, value: part.value, rule: "1 to \(upperBound) printable ASCII characters")
      }
    }
    return DistinguishedName(
      parts.map { part in
        RelativeDistinguishedName(
          RelativeDistinguishedName.Attribute(
            type: part.type, value: RelativeDistinguishedName.Attribute.Value(utf8String: part.value)))
      })
  }
}

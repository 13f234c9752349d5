import SwiftASN1
import X509

/// A name in a certificate, of a kind that authorities can be bound to.
enum ConstrainedName: Sendable, Hashable {
  case dns(String)
  case email(String)
  case uri(String)
  case address([UInt8])

  /// The subject alternative names of these kinds, and the e-mail addresses of the subject (RFC 5280, section 4.2.1.10).
  static func all(of certificate: Certificate) throws -> [ConstrainedName] {
    let inSubject = certificate.subject.lazy.flatMap { $0 }.filter { $0.type == .RDNAttributeType.emailAddress }
      .map { ConstrainedName.email(String($0.value) ?? $0.value.description) }
    let alternative = try certificate.extensions.subjectAlternativeNames ?? SubjectAlternativeNames()
    return Array(inSubject)
      + alternative.compactMap { name in
        switch name {
        case .dnsName(let name): .dns(name)
        case .rfc822Name(let name): .email(name)
        case .uniformResourceIdentifier(let name): .uri(name)
        case .ipAddress(let address): .address(Array(address.bytes))
        default: nil
        }
      }
  }

  /// Whether a constraint of this kind can be judged.
  static func understands(_ constraint: GeneralName) -> Bool {
    switch constraint {
    case .dnsName, .rfc822Name, .uniformResourceIdentifier: true
    case .ipAddress(let range): range.bytes.count == 8 || range.bytes.count == 32
    default: false
    }
  }

  func isSameKind(as constraint: GeneralName) -> Bool {
    switch (self, constraint) {
    case (.dns, .dnsName), (.email, .rfc822Name), (.uri, .uniformResourceIdentifier), (.address, .ipAddress): true
    default: false
    }
  }

  /// Whether the name can be held against a constraint at all; one that cannot is refused by every constraint.
  var isLegible: Bool {
    switch self {
    case .dns(let name): DNSName.isHost(name.hasPrefix("*.") ? name.dropFirst(2) : name[...])
    case .email(let address): Self.mailbox(address).map { DNSName.isHost($0.host) } ?? false
    // A host that is an address cannot be within a domain.
    case .uri(let uri): Self.host(of: uri).map { DNSName.isHost($0) && IPAddressText.bytes($0) == nil } ?? false
    case .address(let address): address.count == 4 || address.count == 16
    }
  }

  /// Whether the name is within a constraint of its kind.
  func isWithin(_ constraint: GeneralName) -> Bool {
    switch (self, constraint) {
    case (.dns(let name), .dnsName(let domain)):
      return domain.isEmpty || Self.isWithin(name, domain, alsoItself: !domain.hasPrefix("."))
    case (.email(let address), .rfc822Name(let constraint)):
      guard let mailbox = Self.mailbox(address) else { return false }
      if let wanted = Self.mailbox(constraint) {
        return mailbox.local == wanted.local && mailbox.host.lowercased() == wanted.host.lowercased()
      }
      return Self.isHost(mailbox.host, constraint)
    case (.uri(let uri), .uniformResourceIdentifier(let constraint)):
      return Self.host(of: uri).map { Self.isHost($0, constraint) } ?? false
    case (.address(let address), .ipAddress(let range)):
      let half = range.bytes.count / 2
      guard address.count == half else { return false }
      return zip(address, zip(range.bytes.prefix(half), range.bytes.suffix(half))).allSatisfy { byte, pair in
        byte & pair.1 == pair.0 & pair.1
      }
    default: return false
    }
  }

  // A host by its name, or with a dot before it every host below.
  private static func isHost(_ host: String, _ constraint: String) -> Bool {
    constraint.hasPrefix(".")
      ? isWithin(host, constraint, alsoItself: false) : host.lowercased() == constraint.lowercased()
  }

  private static func isWithin(_ name: String, _ domain: String, alsoItself: Bool) -> Bool {
    let (name, domain) = (name.lowercased(), domain.lowercased())
    if alsoItself, name == domain { return true }
    return name.hasSuffix(domain.hasPrefix(".") ? domain : "." + domain)
  }

  private static func mailbox(_ address: String) -> (local: String, host: String)? {
    guard address.utf8.allSatisfy({ $0 < 0x80 }), let at = address.lastIndex(of: "@"), at != address.startIndex else {
      return nil
    }
    return (String(address[..<at]), String(address[address.index(after: at)...]))
  }

  /// The host of `scheme://user@host:port/…` (RFC 3986, section 3.2).
  private static func host(of uri: String) -> String? {
    guard let scheme = uri.firstIndex(of: ":"), uri[scheme...].hasPrefix("://") else { return nil }
    let authority = uri[uri.index(scheme, offsetBy: 3)...].prefix { !"/?#\\".contains($0) }
    let afterUser = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    let host = afterUser.prefix { $0 != ":" }
    return host.isEmpty ? nil : String(host)
  }
}

extension ConstrainedName: CustomStringConvertible {
  var description: String {
    switch self {
    case .dns(let name): "the DNS name \(name)"
    case .email(let address): "the e-mail address \(address)"
    case .uri(let uri): "the URI \(uri)"
    case .address(let address): "the address \(IPAddressText.text(address))"
    }
  }
}

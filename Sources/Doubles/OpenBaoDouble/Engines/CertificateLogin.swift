import Foundation
import X509

/// The login method `cert`: roles with an anchor and constraints (OpenBao, `builtin/credential/cert`).
struct CertificateLogin {
  private let mount: Mount

  init(_ mount: Mount) { self.mount = mount }

  private func place(_ name: String) -> String { mount.storage + "cert/" + name }

  func respond(
    _ path: String, _ operation: APIRequest.Operation, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    if path == "login" {
      guard operation == .update else { throw .unsupportedOperation }
      return try login(request, &transaction)
    }
    guard path.hasPrefix("certs") else { throw .unsupportedPath }
    let name = String(path.dropFirst(6)).lowercased()
    switch operation {
    case .list: return .keys(transaction.names(under: place("")))
    case .read:
      guard let role = transaction[place(name)] else { throw .notFound }
      return .data(role)
    case .update: return try write(name, request, &transaction)
    case .delete:
      transaction[place(name)] = nil
      return .nothing
    default: throw .unsupportedOperation
    }
  }

  private static let lists = [
    "allowed_names", "allowed_common_names", "allowed_dns_sans", "allowed_email_sans", "allowed_uri_sans",
    "allowed_organizational_units",
  ]

  // What this double does not judge by: as upstream has it by default, and refused otherwise by being unknown.
  private static let fixed: [(String, JSONValue)] = [
    ("allowed_metadata_extensions", .null), ("ocsp_ca_certificates", ""), ("ocsp_enabled", false),
    ("ocsp_fail_open", false), ("ocsp_query_all_servers", false), ("ocsp_servers_override", .null),
    ("required_extensions", .null),
  ]

  private func write(
    _ name: String, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    var fields = Fields(request.body)
    var role = transaction[place(name)] ?? TokenSettings.none
    if let text = try fields.string("certificate") {
      guard let found = try? PEMBlocks.certificates(text), !found.isEmpty else {
        throw APIError("failed to parse certificate")
      }
      role[key: "certificate"] = .string(text)
    }
    guard role[key: "certificate"].text != nil else { throw APIError("failed to parse certificate") }
    role[key: "display_name"] = .string(try fields.string("display_name") ?? role[key: "display_name"].text ?? name)
    for list in Self.lists {
      if let values = try fields.list(list) { role[key: list] = values.isEmpty ? .null : .strings(values) }
      if role.members[list] == nil { role[key: list] = .null }
    }
    for (name, value) in Self.fixed where role.members[name] == nil { role[key: name] = value }
    try TokenSettings.read(&fields, into: &role)
    transaction[place(name)] = role
    return fields.warnings.isEmpty ? .nothing : .data(.null, warnings: fields.warnings)
  }

  private func login(_ request: APIRequest, _ transaction: inout Transaction) throws(APIError) -> APIResponse {
    guard let certificate = request.certificate else { throw APIError("no client certificate found") }
    let asked = request.body[key: "name"].text?.lowercased() ?? ""
    let names = asked.isEmpty ? transaction.names(under: place("")) : [asked]
    let trusted = names.filter { name in
      transaction[place(name)].map { isIssued(certificate, by: $0, at: request.now) } ?? false
    }
    if trusted.isEmpty,
      names.contains(where: { transaction[place($0)].map { isSigned(certificate, by: $0) } ?? false }),
      certificate.notValidAfter < request.now
    {
      let times = [request.now, certificate.notValidAfter].map {
        Timestamp.text(Date(timeIntervalSince1970: $0.timeIntervalSince1970.rounded(.down)))
      }
      throw APIError(
        500,
        [
          "failed to verify client's certificate: x509: certificate has expired or is not yet valid: current time \(times[0]) is after \(times[1])"
        ])
    }
    guard !trusted.isEmpty else { throw APIError("invalid certificate or no client certificate supplied") }
    guard let name = trusted.first(where: { satisfies(certificate, transaction[place($0)] ?? .null) }),
      let role = transaction[place(name)]
    else { throw APIError("no chain matching all constraints could be found for this login certificate") }
    var metadata = Self.metadata(of: certificate)
    metadata["cert_name"] = name
    let entity = Identities.entity(named: certificate.subject.commonName, at: mount, &transaction)
    return Tokens.issue(
      TokenSettings.grant(
        role, path: request.path, displayName: "cert-\(role[key: "display_name"].text ?? name)", metadata: metadata,
        entity: entity), at: request.now, &transaction)
  }

  private func isSigned(_ certificate: Certificate, by role: JSONValue) -> Bool {
    let anchors = (try? PEMBlocks.certificates(role[key: "certificate"].text ?? "")) ?? []
    return anchors.contains {
      $0.subject == certificate.issuer && $0.publicKey.isValidSignature(certificate.signature, for: certificate)
    }
  }

  private func isIssued(_ certificate: Certificate, by role: JSONValue, at now: Date) -> Bool {
    guard certificate.notValidBefore <= now, now <= certificate.notValidAfter,
      let anchors = try? PEMBlocks.certificates(role[key: "certificate"].text ?? "")
    else { return false }
    if let usages = try? certificate.extensions.extendedKeyUsage, !usages.contains(.clientAuth), !usages.contains(.any)
    {
      return false
    }
    return anchors.contains { anchor in
      anchor == certificate
        || anchor.subject == certificate.issuer && anchor.notValidAfter >= now
          && anchor.publicKey.isValidSignature(certificate.signature, for: certificate)
    }
  }

  private func satisfies(_ certificate: Certificate, _ role: JSONValue) -> Bool {
    let names = (try? certificate.extensions.subjectAlternativeNames).flatMap { $0 }.map(Array.init) ?? []
    var dns: [String] = []
    var uris: [String] = []
    var mails: [String] = []
    for name in names {
      switch name {
      case .dnsName(let text): dns.append(text)
      case .uniformResourceIdentifier(let text): uris.append(text)
      case .rfc822Name(let text): mails.append(text)
      default: break
      }
    }
    let common = certificate.subject.commonName
    let units = certificate.subject.values(of: .RDNAttributeType.organizationalUnitName)
    return [
      ("allowed_names", [common] + dns + mails), ("allowed_common_names", [common]), ("allowed_dns_sans", dns),
      ("allowed_email_sans", mails), ("allowed_uri_sans", uris), ("allowed_organizational_units", units),
    ].allSatisfy { constraint, given in
      let patterns = role[key: constraint].texts
      return patterns.isEmpty || given.contains { name in patterns.contains { Glob.matches($0, name) } }
    }
  }

  /// What the token keeps of the certificate.
  static func metadata(of certificate: Certificate) -> [String: String] {
    let subject = (try? certificate.extensions.subjectKeyIdentifier).flatMap { $0 }.map { Hex.colons($0.keyIdentifier) }
    let authority = (try? certificate.extensions.authorityKeyIdentifier).flatMap { $0 }?.keyIdentifier.map(Hex.colons)
    return [
      "common_name": certificate.subject.commonName, "serial_number": certificate.decimalSerial,
      "subject_key_id": subject ?? "", "authority_key_id": authority ?? "",
    ]
  }
}

/// Patterns with `*`, as ryanuber/go-glob has them.
enum Glob {
  static func matches(_ pattern: String, _ text: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return pattern == text }
    var rest = text[...]
    guard rest.hasPrefix(parts[0]) else { return false }
    rest = rest.dropFirst(parts[0].count)
    for part in parts[1..<(parts.count - 1)] where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return rest.hasSuffix(parts[parts.count - 1])
  }
}

import Foundation
import SwiftASN1
import X509

/// The names that a request asks for, held against its role (OpenBao, `builtin/logical/pki/cert_util.go`).
struct RequestedNames {
  private var commonName: String
  private var dns: [String] = []
  private var addresses: [[UInt8]] = []
  private var uris: [String] = []
  private var mails: [String] = []
  private(set) var warnings: [String] = []

  init(_ fields: inout Fields, _ role: CertificateRole, csr: CertificateSigningRequest?) throws(APIError) {
    let askedName = try fields.string("common_name") ?? ""
    let excludesName = try fields.boolean("exclude_cn_from_sans") ?? false
    let alternatives = try fields.list("alt_names") ?? []
    let askedAddresses = try fields.list("ip_sans") ?? []
    let askedURIs = try fields.list("uri_sans") ?? []
    commonName = askedName
    let usesCSRName = csr != nil && role.flag("use_csr_common_name")
    if let csr, usesCSRName {
      commonName = csr.subject.commonName
      if !askedName.isEmpty {
        warnings.append(
          "the common_name field was provided but the role is set with \"use_csr_common_name\" set to true")
      }
    }
    if commonName.isEmpty && role.flag("require_cn") {
      throw APIError(
        "the common_name field is required, or must be provided in a CSR with \"use_csr_common_name\" set to true, unless \"require_cn\" is set to false"
      )
    }
    try Self.refuse(&fields)
    let fromCSR = csr != nil && role.flag("use_csr_sans")
    if fromCSR && !alternatives.isEmpty {
      warnings.append("the alt_names field was provided but the role is set with \"use_csr_sans\" set to true")
    }
    if let csr, fromCSR { try read(csr) } else { try read(alternatives, askedAddresses, askedURIs) }
    if !excludesName, !commonName.isEmpty, DNSHost.isValid(commonName), !dns.contains(commonName) {
      dns.insert(commonName, at: 0)
    }
    try check(role, alternatives: fromCSR ? [] : alternatives, fromCSR: fromCSR)
  }

  private static func refuse(_ fields: inout Fields) throws(APIError) {
    if let first = try fields.list("user_ids")?.first { throw APIError("user_id \(first) is not allowed by this role") }
    if let serial = try fields.string("serial_number"), !serial.isEmpty {
      throw APIError("serial_number \(serial) not allowed by this role")
    }
    if let first = try fields.list("other_sans")?.first {
      throw APIError("other SAN OID \(first.prefix { $0 != ";" }) not allowed by this role")
    }
  }

  private mutating func read(_ csr: CertificateSigningRequest) throws(APIError) {
    guard let extensions = try? csr.attributes.extensionRequest?.extensions,
      let names = try? extensions.subjectAlternativeNames
    else { return }
    for name in names {
      switch name {
      case .dnsName(let text): dns.append(text)
      case .uniformResourceIdentifier(let text): uris.append(text)
      case .ipAddress(let bytes): addresses.append(Array(bytes.bytes))
      case .rfc822Name(let text): mails.append(text)
      default: throw APIError("a subject alternate name of the CSR is of a kind that this double does not know")
      }
    }
  }

  private mutating func read(_ names: [String], _ texts: [String], _ uris: [String]) throws(APIError) {
    for name in names {
      if name.contains("@") { mails.append(name) } else { dns.append(name) }
    }
    for text in texts {
      guard let bytes = AddressBytes.parse(text) else {
        throw APIError("the value \"\(text)\" is not a valid IP address")
      }
      addresses.append(bytes)
    }
    self.uris = uris
  }

  private func check(_ role: CertificateRole, alternatives: [String], fromCSR: Bool) throws(APIError) {
    if !commonName.isEmpty && !Self.isAllowed(commonName, role) {
      throw APIError("common name \(commonName) not allowed by this role")
    }
    if let name = dns.first(where: { !Self.isAllowed($0, role) }) {
      throw APIError("subject alternate name \(name) not allowed by this role")
    }
    // An address is judged by its domain (validateNames).
    if let mail = mails.first(where: { !Self.isAllowed(String($0.drop { $0 != "@" }.dropFirst()), role) }) {
      throw APIError("email address \(mail) not allowed by this role")
    }
    let source = fromCSR ? "CSR" : "the API"
    if !addresses.isEmpty {
      guard role.flag("allow_ip_sans") else {
        throw APIError("IP Subject Alternative Names are not allowed in this role, but was provided via \(source)")
      }
      let blocks = role.list("allowed_ip_sans_cidr").compactMap { AddressBlock($0) }
      if !blocks.isEmpty, let bytes = addresses.first(where: { address in !blocks.contains { $0.contains(address) } }) {
        let text = bytes.count == 4 ? bytes.map(String.init).joined(separator: ".") : Hex.colons(bytes)
        throw APIError("the IP address \"\(text)\" is not allowed in this role")
      }
    }
    if !uris.isEmpty {
      let patterns = role.list("allowed_uri_sans")
      guard !patterns.isEmpty else {
        throw APIError("URI Subject Alternative Names are not allowed in this role, but were provided via \(source)")
      }
      guard uris.allSatisfy({ uri in patterns.contains { Glob.matches($0, uri) } }) else {
        throw APIError("URI Subject Alternative Names were provided via \(source) which are not valid for this role")
      }
    }
  }

  private static func isAllowed(_ name: String, _ role: CertificateRole) -> Bool {
    if name.contains("*") && !role.flag("allow_wildcard_certificates") { return false }
    let bare = name.hasPrefix("*.") ? String(name.dropFirst(2)) : name
    if role.flag("enforce_hostnames") && !DNSHost.isValid(bare) { return false }
    if role.flag("allow_any_name") { return true }
    if role.flag("allow_localhost") && (bare == "localhost" || bare == "localdomain") { return true }
    for domain in role.list("allowed_domains") where !domain.isEmpty {
      if role.flag("allow_bare_domains") && name.lowercased() == domain.lowercased() { return true }
      if role.flag("allow_subdomains") && bare.lowercased().hasSuffix("." + domain.lowercased()) { return true }
      if role.flag("allow_glob_domains") && domain.contains("*") && Glob.matches(domain.lowercased(), name.lowercased())
      {
        return true
      }
    }
    return false
  }

  func alternativeNames() throws -> [GeneralName] {
    dns.map { .dnsName($0) } + mails.map { .rfc822Name($0) }
      + addresses.map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) }
      + uris.map { .uniformResourceIdentifier($0) }
  }

  func subject(_ role: CertificateRole) throws -> DistinguishedName {
    var names: [RelativeDistinguishedName] = []
    for (parameter, type) in [
      ("country", ASN1ObjectIdentifier.RDNAttributeType.countryName),
      ("organization", .RDNAttributeType.organizationName), ("ou", .RDNAttributeType.organizationalUnitName),
      ("locality", .RDNAttributeType.localityName), ("province", .RDNAttributeType.stateOrProvinceName),
      ("street_address", .RDNAttributeType.streetAddress), ("postal_code", [2, 5, 4, 17]),
    ] {
      let values = role.list(parameter)
      if !values.isEmpty {
        names.append(
          RelativeDistinguishedName(try values.map { try .init(type: type, printableOrUTF8: $0) }))
      }
    }
    if !commonName.isEmpty {
      names.append(
        RelativeDistinguishedName(try .init(type: .RDNAttributeType.commonName, printableOrUTF8: commonName)))
    }
    return DistinguishedName(names)
  }
}

extension RelativeDistinguishedName.Attribute {
  // As Go writes it: PrintableString where it can be.
  fileprivate init(type: ASN1ObjectIdentifier, printableOrUTF8 text: String) throws {
    do { try self.init(type: type, printableString: text) } catch { self.init(type: type, utf8String: text) }
  }
}

/// Host names as upstream's expression has them.
enum DNSHost {
  static func isValid(_ name: String) -> Bool {
    let bare = name.hasPrefix("*.") ? name.dropFirst(2) : name[...]
    let labels = bare.split(separator: ".", omittingEmptySubsequences: false)
    return !labels.isEmpty
      && labels.allSatisfy { label in
        (1...63).contains(label.count) && label.first != "-" && label.last != "-"
          && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
      }
  }
}

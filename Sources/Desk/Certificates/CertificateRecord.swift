import BaseEncodings
import Diagnostics
import FoundationEssentials
public import PKI

/// What the desk knows of a cluster's certificates: `pki/manifest.json`, public, written whole with every change.
public struct CertificateRecord: Sendable {
  /// The cluster.
  public let cluster: String
  /// How often it was written; the secrets carry the same number.
  public var generation = 0
  /// Whether it is a lab's.
  public var isLab = false
  /// The valid certificates by the name of their subject.
  public var certificates: [String: Entry] = [:]
  /// What was revoked and has not expired.
  public var revoked: [Revoked] = []
  /// The organisations that have an authority, and what it may sign.
  public var organizations: [String: OrganizationNames] = [:]
  /// Who administrates OpenBao.
  public var administrators: Set<String> = []
  /// The revocation lists by the name of their issuer.
  public var lists: [String: RevocationList] = [:]

  /// A certificate.
  public struct Entry: Sendable, Hashable {
    /// The certificate.
    public var certificate: IssuedCertificate
    /// The self-signed twin that verifiers anchor at; `nil` for what signs nothing.
    public var anchor: IssuedCertificate?
    /// Certificates of before, for the same key, that have not expired: whoever revokes this one revokes them too.
    public var former: [Former] = []
    /// What was asked for: names, addresses, constraints. Another text means another certificate.
    public var profile: String
    /// The issuer's key identifier, in hexadecimal.
    public var issuerKey: String
  }

  /// A certificate that was renewed before its end.
  public struct Former: Sendable, Hashable, Codable {
    /// Its serial number, in hexadecimal.
    public var serial: String
    /// When it ends.
    public var notAfter: Int64
  }

  /// A revoked certificate.
  public struct Revoked: Sendable, Hashable, Codable {
    /// The name that it had.
    public var name: String
    /// Who signed it.
    public var issuer: String
    /// Its serial number, in hexadecimal.
    public var serial: String
    /// When it was revoked.
    public var at: Int64
    /// Why, in the words of RFC 5280.
    public var reason: String
    /// When it would have ended.
    public var notAfter: Int64
  }

  /// Nothing yet.
  init(cluster: String) { self.cluster = cluster }

  /// The certificate of `subject`.
  func certificate(_ subject: CertificateSubject) -> IssuedCertificate? { certificates[subject.name]?.certificate }

  /// The certificate of `authority` and those above it, the root last.
  public func chain(from authority: Authority) -> [IssuedCertificate] {
    var chain: [IssuedCertificate] = []
    var next: Authority? = authority
    while let authority = next {
      if let certificate = certificate(.authority(authority)) { chain.append(certificate) }
      next = authority.parent
    }
    return chain
  }
}

extension CertificateRecord {
  private struct Stored: Decodable {
    struct Certificate: Decodable {
      var name: String
      var profile: String
      var issuerKey: String
      var certificate: Data
      var anchor: Data?
      var former: [Former]?
    }
    struct Organization: Decodable {
      var name: String
      var domains: [String]
      var addresses: [String]
    }
    struct List: Decodable {
      var issuer: String
      var list: Data
    }
    var cluster: String
    var generation: Int
    var insecureLab: Bool?
    var certificates: [Certificate]
    var revoked: [Revoked]
    var organizations: [Organization]
    var administrators: [String]
    var lists: [List]
  }

  /// Reads the text that ``text`` writes; `file` is for messages.
  init(reading text: [UInt8], file: String) throws(DeskError) {
    let damaged = "\(file) is not the desk's record of certificates, or is damaged"
    guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(text)) else { throw .refused(damaged) }
    self.init(cluster: stored.cluster)
    generation = stored.generation
    isLab = stored.insecureLab ?? false
    revoked = stored.revoked
    administrators = Set(stored.administrators)
    for entry in stored.certificates {
      certificates[entry.name] = try DeskError.refusing(damaged) { () throws(PKIError) in
        Entry(
          certificate: try IssuedCertificate(der: Array(entry.certificate)),
          anchor: try entry.anchor.map { (der) throws(PKIError) in try IssuedCertificate(der: Array(der)) },
          former: entry.former ?? [], profile: entry.profile, issuerKey: entry.issuerKey)
      }
    }
    for (name, entry) in certificates {
      guard isSound(entry) else { throw .refused("\(damaged): the certificate \(name) is not what its issuer signed") }
    }
    for organization in stored.organizations {
      organizations[organization.name] = try DeskError.refusing(damaged) { () throws(PKIError) in
        OrganizationNames(
          dnsDomains: organization.domains,
          addressRanges: try organization.addresses.map { (text) throws(PKIError) in try AddressRange(text) })
      }
    }
    for list in stored.lists {
      lists[list.issuer] = try DeskError.refusing(damaged) { () throws(PKIError) in
        try RevocationList(der: Array(list.list))
      }
    }
  }

  /// Whether its issuer signed a certificate, as far as that issuer is still the one, and its anchor is its twin.
  private func isSound(_ entry: Entry) -> Bool {
    let certificate = entry.certificate
    if let anchor = entry.anchor {
      guard anchor.isSelfSigned, anchor.publicKeyDER == certificate.publicKeyDER, anchor.subject == certificate.subject,
        anchor.notAfter == certificate.notAfter
      else { return false }
    }
    guard let issuer = certificates[certificate.issuerCommonName]?.certificate,
      Hexadecimal.text(issuer.subjectKeyIdentifier) == entry.issuerKey
    else { return true }
    return certificate.isSigned(by: issuer)
  }

  /// The record as JSON, a certificate on each line. The cluster's name comes first, as in every manifest of this program.
  var text: [UInt8] {
    func base64(_ bytes: [UInt8]) -> JSONText { .string(Data(bytes).base64EncodedString()) }
    let entries = certificates.sorted { $0.key < $1.key }.map { name, entry in
      JSONText.object(
        [
          .init("name", .string(name)), .init("subject", .string(entry.certificate.subject)),
          .init("serial", .string(entry.certificate.serial)), .init("profile", .string(entry.profile)),
          .init("issuerKey", .string(entry.issuerKey)), .init("certificate", base64(entry.certificate.der)),
        ] + (entry.anchor.map { [.init("anchor", base64($0.der))] } ?? [])
          + (entry.former.isEmpty
            ? []
            : [
              .init(
                "former",
                .array(
                  entry.former.map {
                    .object([.init("serial", .string($0.serial)), .init("notAfter", .integer(Int($0.notAfter)))])
                  }))
            ]))
    }
    let gone = revoked.map { revoked in
      JSONText.object([
        .init("name", .string(revoked.name)), .init("issuer", .string(revoked.issuer)),
        .init("serial", .string(revoked.serial)), .init("at", .integer(Int(revoked.at))),
        .init("reason", .string(revoked.reason)), .init("notAfter", .integer(Int(revoked.notAfter))),
      ])
    }
    let organizations = organizations.sorted { $0.key < $1.key }.map { name, names in
      JSONText.object([
        .init("name", .string(name)), .init("domains", .array(names.dnsDomains.map { .string($0) })),
        .init("addresses", .array(names.addressRanges.map { .string("\($0)") })),
      ])
    }
    let lists = lists.sorted { $0.key < $1.key }.map { issuer, list in
      JSONText.object([.init("issuer", .string(issuer)), .init("list", base64(list.der))])
    }
    func lines(_ name: String, _ values: [JSONText]) -> [UInt8] {
      Array(",\n\"\(name)\":[".utf8)
        + values.map { Array("\n".utf8) + $0.compact }.joined(separator: [UInt8(ascii: ",")]) + Array("\n]".utf8)
    }
    var members: [JSONText.Member] = [
      .init("cluster", .string(cluster)), .init("generation", .integer(generation)),
    ]
    if isLab { members.append(.init("insecureLab", .boolean(true))) }
    var head = JSONText.object(members).compact
    head.removeLast()
    return head + lines("certificates", entries) + lines("revoked", gone) + lines("organizations", organizations)
      + lines("administrators", administrators.sorted().map { .string($0) }) + lines("lists", lists)
      + Array("}\n".utf8)
  }
}

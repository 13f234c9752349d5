/// A role of a PKI engine: what OpenBao lets be in a certificate. It allows what ``NodeCertificate`` says, name by name and
/// address by address, and nothing else.
///
/// *Why a role per node.* OpenBao can template a role's names on the login's alias, but not its addresses
/// (`allowed_ip_sans_cidr` is literal, and its CEL roles do not see who asks): one role for all workers would let any of
/// them claim another's address, or a master's. So a certificate that carries a node's names has a role of that node's
/// own, and what is templated on the alias is the policy's path, ``OpenBaoPolicy``.
///
/// *Why not `cn_validations = disabled`*, which many recipes use for names such as `system:node:…`: it also skips the
/// comparison with `allowed_domains`, and any common name at all would pass. Without `enforce_hostnames` the comparison
/// stays and only the syntax is not checked.
///
/// *Why the bounds.* By default a request's `not_after` goes past `max_ttl`, up to the issuer's own end.
struct OpenBaoRole: Sendable, Hashable {
  /// The engine's path.
  var mount: String
  /// The role's name.
  var name: String
  /// The certificate that it allows.
  var certificate: NodeCertificate
  /// Names of the kind uniformResourceIdentifier that a request may carry, with OpenBao's `*`.
  var uris: [String] = []

  /// The role for `certificate`.
  init(_ certificate: NodeCertificate) {
    mount = certificate.issuer.mount
    name = certificate.role.name
    self.certificate = certificate
  }

  /// The path that it is written to.
  var apiPath: String { "\(mount)/roles/\(name)" }

  /// Its parameters (OpenBao, "PKI secrets engine (API)", create or update role).
  var parameters: [HCL.Member] {
    let names = [certificate.commonName] + certificate.dnsNames.filter { $0 != certificate.commonName }
    return [
      HCL.Member("allowed_domains", .list(names)),
      HCL.Member("allow_bare_domains", .bool(true)),
      HCL.Member("allow_subdomains", .bool(false)),
      HCL.Member("allow_glob_domains", .bool(false)),
      HCL.Member("allow_wildcard_certificates", .bool(false)),
      HCL.Member("allow_localhost", .bool(false)),
      HCL.Member("enforce_hostnames", .bool(!certificate.commonName.contains(":"))),
      HCL.Member("allow_ip_sans", .bool(!certificate.addresses.isEmpty)),
      HCL.Member("allowed_ip_sans_cidr", .list(certificate.addresses.map { "\($0)/32" })),
      HCL.Member("organization", .list(certificate.organizations)),
    ] + (uris.isEmpty ? [] : [HCL.Member("allowed_uri_sans", .list(uris))]) + [
      HCL.Member("server_flag", .bool(certificate.usages.contains(.server))),
      HCL.Member("client_flag", .bool(certificate.usages.contains(.client))),
      HCL.Member("key_type", .string("ec")),
      HCL.Member("key_bits", .number(256)),
      HCL.Member("key_usage", .list(["DigitalSignature"])),
      HCL.Member("not_before_duration", .string("5m")),
      HCL.Member("ttl", .string("\(certificate.hours)h")),
      HCL.Member("max_ttl", .string("\(certificate.hours)h")),
      HCL.Member("not_before_bound", .string("forbid")),
      HCL.Member("not_after_bound", .string("forbid")),
    ]
  }
}

/// A role of the `pki` engine: its parameters with upstream's defaults (OpenBao, `builtin/logical/pki/path_roles.go`).
struct CertificateRole: Sendable {
  private enum Kind { case boolean, integer, seconds, text, list }

  private static let parameters: [(String, Kind, JSONValue)] = [
    ("allow_any_name", .boolean, false), ("allow_bare_domains", .boolean, false),
    ("allow_glob_domains", .boolean, false), ("allow_globs_in_identity_templates", .boolean, false),
    ("allow_ip_sans", .boolean, true), ("allow_localhost", .boolean, true), ("allow_subdomains", .boolean, false),
    ("allow_token_displayname", .boolean, false), ("allow_wildcard_certificates", .boolean, true),
    ("allowed_domains", .list, []), ("allowed_domains_template", .boolean, false), ("allowed_ip_sans_cidr", .list, []),
    ("allowed_other_sans", .list, []), ("allowed_serial_numbers", .list, []), ("allowed_uri_sans", .list, []),
    ("allowed_uri_sans_template", .boolean, false), ("allowed_user_ids", .list, []),
    ("basic_constraints_valid_for_non_ca", .boolean, false), ("client_flag", .boolean, true),
    ("cn_validations", .list, ["email", "hostname"]), ("code_signing_flag", .boolean, false), ("country", .list, []),
    ("email_protection_flag", .boolean, false), ("enforce_hostnames", .boolean, true), ("ext_key_usage", .list, []),
    ("ext_key_usage_oids", .list, []), ("generate_lease", .boolean, false), ("issuer_ref", .text, "default"),
    ("key_bits", .integer, 0), ("key_type", .text, "rsa"),
    ("key_usage", .list, ["DigitalSignature", "KeyAgreement", "KeyEncipherment"]), ("locality", .list, []),
    ("max_ttl", .seconds, 0), ("no_store", .boolean, false), ("not_after", .text, ""),
    ("not_after_bound", .text, "permit"), ("not_before", .text, ""), ("not_before_bound", .text, "permit"),
    ("not_before_duration", .seconds, 30), ("organization", .list, []), ("ou", .list, []),
    ("policy_identifiers", .list, []), ("postal_code", .list, []), ("province", .list, []),
    ("require_cn", .boolean, true), ("server_flag", .boolean, true), ("signature_bits", .integer, 0),
    ("street_address", .list, []), ("ttl", .seconds, 0), ("use_csr_common_name", .boolean, true),
    ("use_csr_sans", .boolean, true), ("use_pss", .boolean, false),
  ]

  /// What the double would have to leave out of a certificate or a decision: set otherwise than by default, it is refused.
  private static let beyond: Set<String> = [
    "allow_globs_in_identity_templates", "allow_token_displayname", "allowed_other_sans", "allowed_serial_numbers",
    "allowed_user_ids", "basic_constraints_valid_for_non_ca",
    "code_signing_flag", "email_protection_flag", "ext_key_usage", "ext_key_usage_oids", "generate_lease",
    "not_after", "not_before", "policy_identifiers", "use_pss", "cn_validations",
  ]

  /// As a read answers it.
  private(set) var data: JSONValue
  /// Parameters that upstream ignores.
  private(set) var warnings: [String] = []

  /// A role that is stored.
  init(stored data: JSONValue) { self.data = data }

  /// The role that `body` asks for; throws 400 with upstream's words.
  init(_ body: JSONValue) throws(APIError) {
    var fields = Fields(body)
    data = .object([:])
    for (name, kind, fallback) in Self.parameters {
      let value: JSONValue? =
        switch kind {
        case .boolean: try fields.boolean(name).map { .boolean($0) }
        case .integer: try fields.integer(name).map { .integer($0) }
        case .seconds: try fields.seconds(name).map { .integer($0) }
        case .text: try fields.string(name).map { .string($0) }
        case .list: try fields.list(name).map { JSONValue.strings($0) }
        }
      data[key: name] = value ?? fallback
      if Self.beyond.contains(name), let value, value != fallback {
        throw APIError("the double has no \(name) but \(fallback)")
      }
    }
    warnings = fields.warnings
    try validate()
  }

  private mutating func validate() throws(APIError) {
    let bits = number("key_bits")
    switch text("key_type") {
    case "rsa":
      guard [0, 2048, 3072, 4096, 8192].contains(bits) else {
        throw APIError("unsupported bit length for RSA key: \(bits)")
      }
      if bits == 0 { data[key: "key_bits"] = 2048 }
    case "ec":
      guard [0, 224, 256, 384, 521].contains(bits) else { throw APIError("unsupported bit length for EC key: \(bits)") }
      if bits == 0 { data[key: "key_bits"] = 256 }
    case "ed25519", "any": break
    case let other: throw APIError("unknown key type \(other)")
    }
    if number("signature_bits") == 0 { data[key: "signature_bits"] = 256 }
    let (ttl, limit) = (number("ttl"), number("max_ttl"))
    if limit > 0 && ttl > limit { throw APIError("\"ttl\" value must be less than \"max_ttl\" value") }
    for name in ["not_before_bound", "not_after_bound"] {
      let words = text(name)
      guard
        ["permit", "forbid"].contains(words) || name == "not_after_bound" && words == "ttl-limited"
          || name == "not_before_bound" && words == "duration"
      else { throw APIError("invalid value for field \(name): \(words)") }
    }
    for cidr in list("allowed_ip_sans_cidr") where AddressBlock(cidr) == nil {
      throw APIError("error parsing allowed_ip_sans_cidr: invalid CIDR address: \(cidr)")
    }
  }

  /// The role with its templates filled in; a pattern that has no value for `identity` allows nothing. Without an entity
  /// templates stay as they are (OpenBao, `builtin/logical/pki/cert_util.go`, validateNames).
  func filled(for identity: Identity) -> CertificateRole {
    var role = self
    guard !identity.entityID.isEmpty else { return role }
    for (list, isTemplate) in [
      ("allowed_domains", "allowed_domains_template"), ("allowed_uri_sans", "allowed_uri_sans_template"),
    ] where flag(isTemplate) {
      role.data[key: list] = .strings(self.list(list).compactMap { $0.contains("{{") ? identity.filled($0) : $0 })
    }
    return role
  }

  func flag(_ name: String) -> Bool { data[key: name].isTrue }
  func text(_ name: String) -> String { data[key: name].text ?? "" }
  func number(_ name: String) -> Int { data[key: name].integer ?? 0 }
  func list(_ name: String) -> [String] { data[key: name].texts }
}

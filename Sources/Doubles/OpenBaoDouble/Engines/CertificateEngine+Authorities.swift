import Foundation
import X509

extension CertificateEngine {
  /// The issuer by its id, its name or `default`.
  func issuer(_ reference: String, _ transaction: Transaction) throws(APIError) -> StoredIssuer {
    let wanted = reference == "default" ? transaction[place("config/issuers")]?[key: "default"].text ?? "" : reference
    for id in transaction.names(under: place("issuer/")) {
      guard let stored = transaction[place("issuer/\(id)")], id == wanted || stored[key: "name"].text == wanted else {
        continue
      }
      return StoredIssuer(
        id: id, name: stored[key: "name"].text ?? "", pem: stored[key: "certificate"].text ?? "",
        chain: stored[key: "chain"].texts, keyID: stored[key: "key_id"].text ?? "",
        leafNotAfterBehavior: stored[key: "leaf_not_after_behavior"].text ?? "err")
    }
    throw APIError(
      500,
      [
        reference == "default"
          ? "1 error occurred:\n\t* could not fetch the CA certificate (was one set?): no default issuer currently configured\n\n"
          : "1 error occurred:\n\t* unable to find PKI issuer for reference: \(reference)\n\n"
      ])
  }

  /// `issuers`, `issuer/…`, `keys`, `config/…`
  func authorities(
    _ parts: [String], _ operation: APIRequest.Operation, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    let path = parts.joined(separator: "/")
    switch (path, operation) {
    case ("issuers/import/bundle", .update), ("issuers/import/cert", .update), ("config/ca", .update):
      return try importBundle(request, &transaction)
    case ("issuers", .list): return try issuers(transaction)
    case ("keys", .list):
      let keys = transaction.names(under: place("key/"))
      let info = keys.map { ($0, JSONValue.object(["is_default": true, "key_name": ""])) }
      return .keys(keys, info: .object(Dictionary(info) { $1 }))
    case ("keys", _): throw .unsupportedOperation
    default: break
    }
    if parts[0] == "issuer", parts.count == 2 { return try change(parts[1], operation, request, &transaction) }
    if parts[0] == "issuer", parts.count == 3, Self.isOpen(path), operation == .read {
      return try published(path, request, transaction)
    }
    guard parts[0] == "config", parts.count == 2 else { throw .unsupportedPath }
    return try configuration(parts[1], operation, request, &transaction)
  }

  private func importBundle(_ request: APIRequest, _ transaction: inout Transaction) throws(APIError) -> APIResponse {
    let text = request.body[key: "pem_bundle"].text ?? ""
    guard !text.isEmpty else { throw APIError("'pem_bundle' and 'certificate' parameters were empty") }
    guard text.utf8.count >= 75 else {
      throw APIError(
        "provided data for import was too short; perhaps a path was passed to the API rather than the contents of a PEM file"
      )
    }
    let blocks = PEMBlocks.all(text)
    guard !blocks.isEmpty, let certificates = try? PEMBlocks.certificates(text) else {
      throw APIError("error when parsing block 1: invalid PEM data")
    }
    var keys: [(id: String, key: Certificate.PrivateKey)] = []
    for block in blocks where block.type.hasSuffix("PRIVATE KEY") {
      guard let key = try? Certificate.PrivateKey(pemEncoded: block.text) else {
        throw APIError("unable to parse the key")
      }
      let id = Random.uuid()
      transaction[place("key/\(id)")] = .string(block.text)
      keys.append((id, key))
    }
    var imported: [String: JSONValue] = [:]
    for certificate in certificates {
      let key = keys.first { $0.key.publicKey == certificate.publicKey }?.id ?? ""
      let id = Random.uuid()
      imported[id] = .string(key)
      transaction[place("issuer/\(id)")] = [
        "name": "", "certificate": .string(try pem(certificate)), "key_id": .string(key),
        "chain": .strings(try chain(from: certificate, in: certificates).map(pem)), "leaf_not_after_behavior": "err",
      ]
      if !key.isEmpty, transaction[place("config/issuers")] == nil {
        transaction[place("config/issuers")] = ["default": .string(id), "default_follows_latest_issuer": false]
      }
    }
    return .data([
      "imported_issuers": .strings(imported.keys.sorted()), "imported_keys": .strings(keys.map(\.id)),
      "existing_issuers": .null, "existing_keys": .null, "mapping": .object(imported),
    ])
  }

  private func pem(_ certificate: Certificate) throws(APIError) -> String {
    do { return try certificate.pem } catch { throw APIError(500, ["cannot write a certificate: \(error)"]) }
  }

  private func chain(from certificate: Certificate, in all: [Certificate]) -> [Certificate] {
    var chain = [certificate]
    while let last = chain.last, last.subject != last.issuer,
      let next = all.first(where: {
        $0.subject == last.issuer && $0.publicKey.isValidSignature(last.signature, for: last)
      }), !chain.contains(next)
    { chain.append(next) }
    return chain
  }

  private func issuers(_ transaction: Transaction) throws(APIError) -> APIResponse {
    let standard = transaction[place("config/issuers")]?[key: "default"].text
    var info: [String: JSONValue] = [:]
    for id in transaction.names(under: place("issuer/")) {
      let issuer = try self.issuer(id, transaction)
      info[id] = [
        "is_default": .boolean(id == standard), "issuer_name": .string(issuer.name), "key_id": .string(issuer.keyID),
        "serial_number": .string(try issuer.certificate().colonSerial),
      ]
    }
    return .keys(info.keys.sorted(), info: .object(info))
  }

  private func change(
    _ reference: String, _ operation: APIRequest.Operation, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    let issuer = try self.issuer(reference, transaction)
    let path = place("issuer/\(issuer.id)")
    var warnings: [String] = []
    switch operation {
    case .read: break
    case .update:
      var fields = Fields(request.body)
      var stored = transaction[path] ?? .null
      if let name = try fields.string("issuer_name") {
        let holder = transaction.names(under: place("issuer/"))
          .first { transaction[place("issuer/\($0)")]?[key: "name"].text == name && !name.isEmpty }
        if let holder, holder != issuer.id { throw APIError("issuer name already in use") }
        stored[key: "name"] = .string(name)
      }
      if let behavior = try fields.string("leaf_not_after_behavior") {
        guard ["err", "truncate", "permit"].contains(behavior) else {
          throw APIError(
            "Unknown value for field `leaf_not_after_behavior`. Possible values are `err`, `truncate`, and `permit`.")
        }
        stored[key: "leaf_not_after_behavior"] = .string(behavior)
      }
      transaction[path] = stored
      warnings = fields.warnings
    case .delete:
      transaction[path] = nil
      return .nothing
    default: throw .unsupportedOperation
    }
    let current = try self.issuer(issuer.id, transaction)
    return .data(
      [
        "ca_chain": .strings(current.chain.map { $0 + "\n" }), "certificate": .string(current.pem + "\n"),
        "crl_distribution_points": [], "delta_crl_distribution_points": [], "issuer_id": .string(current.id),
        "issuer_name": .string(current.name), "issuing_certificates": [], "key_id": .string(current.keyID),
        "leaf_not_after_behavior": .string(current.leafNotAfterBehavior), "manual_chain": .null, "ocsp_servers": [],
        "revocation_signature_algorithm": "", "revoked": false,
        "usage": "crl-signing,issuing-certificates,ocsp-signing,read-only",
      ], warnings: warnings)
  }

  private static let defaults: [String: JSONValue] = [
    "urls": [
      "issuing_certificates": [], "crl_distribution_points": [], "delta_crl_distribution_points": [],
      "ocsp_servers": [],
      "enable_templating": false,
    ],
    "crl": [
      "allow_expired_cert_revocation": false, "auto_rebuild": false, "auto_rebuild_grace_period": "12h",
      "delta_rebuild_interval": "15m", "disable": false, "enable_delta": false, "expiry": "72h", "ocsp_disable": false,
      "ocsp_expiry": "12h",
    ],
    "auto-tidy": [
      "acme_account_safety_buffer": 2_592_000, "enabled": false, "interval_duration": 43200,
      "issuer_safety_buffer": 31_536_000, "maintain_stored_certificate_counts": false, "page_size": 1000,
      "pause_duration": "0s", "publish_stored_certificate_count_metrics": false, "revoked_safety_buffer": 259_200,
      "safety_buffer": 259_200, "tidy_acme": false, "tidy_cert_store": false, "tidy_expired_issuers": false,
      "tidy_invalid_certs": false, "tidy_move_legacy_ca_bundle": false, "tidy_revoked_cert_issuer_associations": false,
      "tidy_revoked_certs": false,
    ],
    "issuers": ["default": "", "default_follows_latest_issuer": false],
  ]

  private func configuration(
    _ name: String, _ operation: APIRequest.Operation, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    if name == "keys", operation == .read {
      return .data(["default": .string(try issuer("default", transaction).keyID)])
    }
    guard let standard = Self.defaults[name] else { throw .unsupportedPath }
    var current = transaction[place("config/\(name)")] ?? standard
    guard operation == .update else {
      guard operation == .read else { throw .unsupportedOperation }
      return .data(current)
    }
    var fields = Fields(request.body)
    for (key, value) in standard.members.sorted(by: { $0.key < $1.key }) where fields.has(key) {
      switch value {
      case .boolean: current[key: key] = .boolean(try fields.boolean(key) ?? false)
      case .array: current[key: key] = .strings(try fields.list(key) ?? [])
      case .integer: current[key: key] = .integer(try fields.seconds(key) ?? 0)
      default: current[key: key] = .string(try fields.string(key) ?? "")
      }
    }
    if name == "crl", (try? GoDuration.seconds(current[key: "expiry"])) == nil {
      throw APIError("given expiry could not be decoded: \(current[key: "expiry"].text ?? "")")
    }
    if name == "issuers" {
      let issuer = try self.issuer(current[key: "default"].text ?? "", transaction)
      current[key: "default"] = .string(issuer.id)
    }
    transaction[place("config/\(name)")] = current
    return .data(current, warnings: fields.warnings)
  }
}

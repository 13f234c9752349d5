import Foundation

/// Tokens: service tokens of logins, with a time to live, and what their holder may ask about them.
enum Tokens {
  /// What a login grants.
  struct Grant: Sendable {
    var path: String
    var displayName: String
    var policies: [String]
    var metadata: [String: String]
    var entityID: String
    var seconds: Int
    var maximumSeconds: Int
  }

  /// The policies that each server has, as upstream's `vault/policy_store.go` makes it, shortened to what is used here.
  static let defaultPolicy = """
    path "auth/token/lookup-self" { capabilities = ["read"] }
    path "auth/token/renew-self" { capabilities = ["update"] }
    path "auth/token/revoke-self" { capabilities = ["update"] }
    path "sys/capabilities-self" { capabilities = ["update"] }
    path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }
    path "sys/wrapping/wrap" { capabilities = ["update"] }
    path "sys/wrapping/lookup" { capabilities = ["update"] }
    path "sys/wrapping/unwrap" { capabilities = ["update"] }

    """

  static func entry(_ token: String, at now: Date, in transaction: Transaction) -> JSONValue? {
    guard let entry = transaction["token/\(token)"], now.timeIntervalSince1970 < expiry(entry) else { return nil }
    return entry
  }

  private static func expiry(_ entry: JSONValue) -> Double { Double(entry[key: "expires"].integer ?? 0) }

  /// Makes a token and the login's answer.
  static func issue(_ grant: Grant, at now: Date, _ transaction: inout Transaction) -> APIResponse {
    let suffix = Namespaces.suffix(in: transaction)
    let token = "s." + Random.base62(24) + suffix
    let accessor = Random.base62(24) + suffix
    let policies = Set(grant.policies).union(["default"]).sorted()
    let created = Int(now.timeIntervalSince1970)
    transaction["token/\(token)"] = [
      "accessor": .string(accessor), "policies": .strings(policies), "entity_id": .string(grant.entityID),
      "metadata": .object(grant.metadata.mapValues { .string($0) }), "path": .string(grant.path),
      "display_name": .string(grant.displayName), "created": .integer(created),
      "ttl": .integer(grant.seconds), "max_ttl": .integer(grant.maximumSeconds),
      "expires": .integer(created + grant.seconds), "namespace": .string(transaction.namespace),
    ]
    return .data(.null, auth: auth(token, transaction["token/\(token)"] ?? .null, seconds: grant.seconds))
  }

  private static func auth(_ token: String, _ entry: JSONValue, seconds: Int) -> JSONValue {
    [
      "client_token": .string(token), "accessor": entry[key: "accessor"], "policies": entry[key: "policies"],
      "token_policies": entry[key: "policies"], "metadata": entry[key: "metadata"], "lease_duration": .integer(seconds),
      "renewable": true, "entity_id": entry[key: "entity_id"], "token_type": "service", "orphan": true,
      "mfa_requirement": .null, "num_uses": 0,
    ]
  }

  /// Requests below `auth/token/`.
  static func respond(
    _ path: String, _ operation: APIRequest.Operation, _ request: APIRequest, _ caller: Caller,
    _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    let now = Int(request.now.timeIntervalSince1970)
    switch (path, operation) {
    case ("lookup-self", .read), ("lookup-self", .update): return .data(described(caller.token, caller.entry, now))
    case ("renew-self", .update):
      if (caller.entry[key: "path"].text ?? "").hasPrefix("auth/cert/") {
        // The certificate must be shown again, and be the one of the login (builtin/credential/cert, pathLoginRenew).
        guard let certificate = request.certificate else { throw APIError("no client certificate found") }
        let serial = CertificateLogin.metadata(of: certificate)["serial_number"]
        guard serial == caller.entry[key: "metadata"][key: "serial_number"].text else {
          throw APIError("no chain matching all constraints could be found for this login certificate")
        }
      }
      let limit = (caller.entry[key: "created"].integer ?? 0) + (caller.entry[key: "max_ttl"].integer ?? 0)
      var fields = Fields(request.body)
      let asked = try fields.seconds("increment") ?? 0
      let seconds = min(asked > 0 ? asked : caller.entry[key: "ttl"].integer ?? 0, limit - now)
      guard seconds > 0 else { throw .noToken }
      var entry = caller.entry
      entry[key: "expires"] = .integer(now + seconds)
      transaction["token/\(caller.token)"] = entry
      return .data(.null, auth: auth(caller.token, entry, seconds: seconds))
    case ("revoke-self", .update):
      transaction["token/\(caller.token)"] = nil
      return .nothing
    default: throw .unsupportedPath
    }
  }

  private static func described(_ token: String, _ entry: JSONValue, _ now: Int) -> JSONValue {
    let expires = entry[key: "expires"].integer ?? now
    let namespace = entry[key: "namespace"].text ?? ""
    var data: JSONValue = [
      "accessor": entry[key: "accessor"], "creation_time": entry[key: "created"], "creation_ttl": entry[key: "ttl"],
      "display_name": entry[key: "display_name"], "entity_id": entry[key: "entity_id"],
      "expire_time": .string(Timestamp.text(Date(timeIntervalSince1970: Double(expires)))), "explicit_max_ttl": 0,
      "id": .string(token),
      "issue_time": .string(Timestamp.text(Date(timeIntervalSince1970: Double(entry[key: "created"].integer ?? now)))),
      "meta": entry[key: "metadata"], "num_uses": 0, "orphan": true, "path": entry[key: "path"],
      "policies": entry[key: "policies"], "renewable": true, "ttl": .integer(expires - now), "type": "service",
    ]
    if !namespace.isEmpty { data[key: "namespace_path"] = .string(namespace) }
    return data
  }
}

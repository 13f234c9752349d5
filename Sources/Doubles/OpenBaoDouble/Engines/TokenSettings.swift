/// The `token_…` parameters that every login role has (OpenBao, `sdk/helper/tokenutil`).
enum TokenSettings {
  static let none: JSONValue = [
    "token_bound_cidrs": [], "token_explicit_max_ttl": 0, "token_max_ttl": 0, "token_no_default_policy": false,
    "token_num_uses": 0, "token_period": 0, "token_policies": [], "token_strictly_bind_ip": false, "token_ttl": 0,
    "token_type": "default",
  ]

  static func read(_ fields: inout Fields, into role: inout JSONValue) throws(APIError) {
    if let policies = try fields.list("token_policies") { role[key: "token_policies"] = .strings(policies) }
    for name in ["token_ttl", "token_max_ttl"] {
      if let seconds = try fields.seconds(name) { role[key: name] = .integer(seconds) }
    }
    let (ttl, limit) = (role[key: "token_ttl"].integer ?? 0, role[key: "token_max_ttl"].integer ?? 0)
    if limit > 0 && ttl > limit { throw APIError("'token_ttl' cannot be greater than 'token_max_ttl'") }
  }

  static func grant(
    _ role: JSONValue, path: String, displayName: String, metadata: [String: String], entity: String
  ) -> Tokens.Grant {
    let limit = role[key: "token_max_ttl"].integer ?? 0
    let ttl = role[key: "token_ttl"].integer ?? 0
    let maximum = limit == 0 ? 2_764_800 : limit
    return Tokens.Grant(
      path: path, displayName: displayName, policies: role[key: "token_policies"].texts, metadata: metadata,
      entityID: entity, seconds: ttl == 0 ? maximum : min(ttl, maximum), maximumSeconds: maximum)
  }
}

import Foundation

/// The login method `kubernetes`: service account tokens (OpenBao, `builtin/credential/kubernetes`). No API server is asked
/// whether a token still counts: one whose signature fits `pem_keys` is taken as confirmed.
struct KubernetesLogin {
  private let mount: Mount

  init(_ mount: Mount) { self.mount = mount }

  private func place(_ name: String) -> String { mount.storage + name }

  func respond(
    _ path: String, _ operation: APIRequest.Operation, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    switch (path, operation) {
    case ("login", .update): return try login(request, &transaction)
    case ("config", .read):
      guard let config = transaction[place("config")] else { throw .notFound }
      return .data(config)
    case ("config", .update): return try configure(request, &transaction)
    case ("role", .list), ("role/", .list): return .keys(transaction.names(under: place("role/")))
    case ("login", _), ("config", _): throw .unsupportedOperation
    default: break
    }
    guard path.hasPrefix("role/") else { throw .unsupportedPath }
    let name = String(path.dropFirst(5)).lowercased()
    switch operation {
    case .read:
      guard let role = transaction[place("role/\(name)")] else { throw .notFound }
      return .data(role)
    case .update: return try write(name, request, &transaction)
    case .delete:
      transaction[place("role/\(name)")] = nil
      return .nothing
    default: throw .unsupportedOperation
    }
  }

  private func configure(_ request: APIRequest, _ transaction: inout Transaction) throws(APIError) -> APIResponse {
    var fields = Fields(request.body)
    let host = try fields.string("kubernetes_host") ?? ""
    guard !host.isEmpty else { throw APIError("no host provided") }
    let authority = try fields.string("kubernetes_ca_cert") ?? ""
    let isLocal = try fields.boolean("disable_local_ca_jwt") ?? false
    guard !isLocal || !authority.isEmpty else {
      throw APIError("kubernetes_ca_cert must be given when disable_local_ca_jwt is true")
    }
    let keys = try fields.list("pem_keys") ?? []
    for key in keys where TokenSignature(pem: key) == nil {
      throw APIError("data does not contain any valid public keys")
    }
    transaction[place("config")] = [
      "disable_iss_validation": .boolean(try fields.boolean("disable_iss_validation") ?? true),
      "disable_local_ca_jwt": .boolean(isLocal), "issuer": .string(try fields.string("issuer") ?? ""),
      "kubernetes_ca_cert": .string(authority), "kubernetes_host": .string(host), "pem_keys": .strings(keys),
      "token_reviewer_jwt_set": .boolean(!(try fields.string("token_reviewer_jwt") ?? "").isEmpty),
    ]
    return .nothing
  }

  private func write(
    _ name: String, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    var fields = Fields(request.body)
    var role = transaction[place("role/\(name)")] ?? TokenSettings.none
    for (key, standard) in [
      ("alias_name_source", "serviceaccount_uid"), ("audience", ""), ("bound_service_account_namespace_selector", ""),
    ] {
      role[key: key] = .string(try fields.string(key) ?? role[key: key].text ?? standard)
    }
    for key in ["bound_service_account_names", "bound_service_account_namespaces"] {
      if let values = try fields.list(key) { role[key: key] = .strings(values) }
      let values = role[key: key].texts
      guard !values.isEmpty else {
        throw APIError(
          key.hasSuffix("names")
            ? "\"bound_service_account_names\" can not be empty"
            : "\"bound_service_account_namespaces\" can not be empty if \"bound_service_account_namespace_selector\" is not set"
        )
      }
      guard !values.contains("*") || values.count == 1 else { throw APIError("can not mix \"*\" with values") }
    }
    guard (role[key: "bound_service_account_namespace_selector"].text ?? "").isEmpty else {
      throw APIError("the double has no bound_service_account_namespace_selector")
    }
    guard ["serviceaccount_uid", "serviceaccount_name"].contains(role[key: "alias_name_source"].text ?? "") else {
      throw APIError("invalid alias_name_source, must be one of: serviceaccount_uid, serviceaccount_name")
    }
    try TokenSettings.read(&fields, into: &role)
    transaction[place("role/\(name)")] = role
    return fields.warnings.isEmpty ? .nothing : .data(.null, warnings: fields.warnings)
  }

  private func login(_ request: APIRequest, _ transaction: inout Transaction) throws(APIError) -> APIResponse {
    var fields = Fields(request.body)
    guard let roleName = try fields.string("role"), !roleName.isEmpty else { throw APIError("missing role") }
    guard let text = try fields.string("jwt"), !text.isEmpty else { throw APIError("missing jwt") }
    guard let role = transaction[place("role/\(roleName.lowercased())")] else {
      throw APIError("invalid role name \"\(roleName)\"")
    }
    guard let config = transaction[place("config")] else {
      throw APIError(500, ["could not load backend configuration"])
    }
    guard let token = WebToken(text) else { throw .noToken }
    let account = try token.account(for: role, at: request.now)
    guard config[key: "pem_keys"].texts.contains(where: { TokenSignature(pem: $0)?.signed(token) ?? false }) else {
      throw .noToken
    }
    let alias =
      role[key: "alias_name_source"].text == "serviceaccount_name"
      ? "\(account.namespace)/\(account.name)" : account.uid
    let entity = Identities.entity(named: alias, at: mount, &transaction)
    return Tokens.issue(
      TokenSettings.grant(
        role, path: request.path, displayName: "kubernetes-\(account.namespace)-\(account.name)",
        metadata: [
          "role": roleName, "service_account_name": account.name, "service_account_namespace": account.namespace,
          "service_account_secret_name": "", "service_account_uid": account.uid,
        ], entity: entity), at: request.now, &transaction)
  }
}

/// The login method `approle`: a role's id and a secret id that was handed out for it.
struct AppRoleLogin {
  private let mount: Mount

  init(_ mount: Mount) { self.mount = mount }

  private func place(_ name: String) -> String { mount.storage + "role/" + name }

  func respond(
    _ path: String, _ operation: APIRequest.Operation, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    if path == "login" {
      guard operation == .update else { throw .unsupportedOperation }
      return try login(request, &transaction)
    }
    guard path.hasPrefix("role") else { throw .unsupportedPath }
    let parts = path.dropFirst(5).split(separator: "/").map(String.init)
    guard let name = parts.first?.lowercased() else {
      guard operation == .list else { throw .unsupportedOperation }
      return .keys(transaction.names(under: place("")))
    }
    guard parts.count > 1 else { return try role(name, operation, request, &transaction) }
    guard let role = transaction[place(name)] else { throw APIError(404, ["role \"\(name)\" does not exist"]) }
    switch (parts[1], operation) {
    case ("role-id", .read): return .data(["role_id": role[key: "role_id"]])
    case ("secret-id", .update):
      let (id, accessor) = (Random.uuid(), Random.uuid())
      transaction[mount.storage + "secret-id/" + id] = .string(name)
      return .data([
        "secret_id": .string(id), "secret_id_accessor": .string(accessor), "secret_id_num_uses": 0, "secret_id_ttl": 0,
      ])
    default: throw .unsupportedPath
    }
  }

  private func role(
    _ name: String, _ operation: APIRequest.Operation, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    switch operation {
    case .read:
      guard var role = transaction[place(name)] else { throw .notFound }
      role = .object(role.members.filter { $0.key != "role_id" })
      return .data(role)
    case .update:
      var fields = Fields(request.body)
      var role = transaction[place(name)] ?? TokenSettings.none
      if role[key: "role_id"].isNull {
        role[key: "role_id"] = .string(Random.uuid())
        for (name, value) in [
          ("bind_secret_id", true), ("local_secret_ids", false), ("secret_id_bound_cidrs", .null),
          ("secret_id_num_uses", 0), ("secret_id_ttl", 0),
        ] as [(String, JSONValue)] { role[key: name] = value }
      }
      try TokenSettings.read(&fields, into: &role)
      transaction[place(name)] = role
      return fields.warnings.isEmpty ? .nothing : .data(.null, warnings: fields.warnings)
    case .delete:
      transaction[place(name)] = nil
      return .nothing
    default: throw .unsupportedOperation
    }
  }

  private func login(_ request: APIRequest, _ transaction: inout Transaction) throws(APIError) -> APIResponse {
    let refusal = APIError("invalid role or secret ID")
    guard let roleID = request.body[key: "role_id"].text, !roleID.isEmpty else {
      throw APIError(500, ["missing role_id"])
    }
    guard let secret = request.body[key: "secret_id"].text,
      let name = transaction[mount.storage + "secret-id/" + secret]?.text, let role = transaction[place(name)],
      role[key: "role_id"].text == roleID
    else { throw refusal }
    let entity = Identities.entity(named: roleID, at: mount, &transaction)
    return Tokens.issue(
      TokenSettings.grant(
        role, path: request.path, displayName: "approle", metadata: ["role_name": name], entity: entity),
      at: request.now, &transaction)
  }
}

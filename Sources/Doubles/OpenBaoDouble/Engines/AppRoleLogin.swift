import Foundation

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
    case ("role-id", .update):
      var fields = Fields(request.body)
      guard let id = try fields.string("role_id"), !id.isEmpty else { throw APIError("missing role_id") }
      transaction[place(name)]?[key: "role_id"] = .string(id)
      return .nothing
    case ("secret-id", .update):
      let (id, accessor) = (Random.uuid(), Random.uuid())
      let seconds = role[key: "secret_id_ttl"].integer ?? 0
      transaction[mount.storage + "secret-id/" + id] = [
        "role": .string(name), "uses": role[key: "secret_id_num_uses"],
        "expires": .integer(seconds == 0 ? 0 : Int(request.now.timeIntervalSince1970) + seconds),
      ]
      return .data([
        "secret_id": .string(id), "secret_id_accessor": .string(accessor),
        "secret_id_num_uses": role[key: "secret_id_num_uses"], "secret_id_ttl": .integer(seconds),
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
      if let uses = try fields.integer("secret_id_num_uses") {
        guard uses >= 0 else { throw APIError("secret_id_num_uses cannot be negative") }
        role[key: "secret_id_num_uses"] = .integer(uses)
      }
      if let seconds = try fields.seconds("secret_id_ttl") { role[key: "secret_id_ttl"] = .integer(seconds) }
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
    let known = transaction.names(under: place("")).contains { transaction[place($0)]?[key: "role_id"].text == roleID }
    guard known else { throw refusal }
    guard let secret = request.body[key: "secret_id"].text, !secret.isEmpty else { throw APIError("missing secret_id") }
    let record = mount.storage + "secret-id/" + secret
    guard let stored = transaction[record], let name = stored[key: "role"].text, let role = transaction[place(name)],
      role[key: "role_id"].text == roleID
    else { throw refusal }
    let expires = stored[key: "expires"].integer ?? 0
    guard expires == 0 || Int(request.now.timeIntervalSince1970) < expires else { throw refusal }
    switch stored[key: "uses"].integer ?? 0 {
    case 0: break
    case 1: transaction[record] = nil
    case let uses: transaction[record]?[key: "uses"] = .integer(uses - 1)
    }
    let entity = Identities.entity(named: roleID, at: mount, &transaction)
    return Tokens.issue(
      TokenSettings.grant(
        role, path: request.path, displayName: "approle", metadata: ["role_name": name], entity: entity),
      at: request.now, &transaction)
  }
}

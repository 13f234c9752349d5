import Foundation

/// Requests below `sys/` that need the unsealed storage.
struct SystemBackend {
  var server: API.Server

  static let version = "2.6.2"
  static let plugins: [String: Set<String>] = [
    "sys/mounts/": ["kv", "pki"], "sys/auth/": ["cert", "approle", "kubernetes"],
  ]

  func respond(
    _ path: String, _ operation: APIRequest.Operation, _ request: APIRequest, _ caller: Caller,
    _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    for folder in ["mounts", "auth"] {
      if path == folder {
        guard operation == .read else { throw .unsupportedOperation }
        return .data(listing("sys/\(folder)/", transaction), topLevel: true)
      }
      if path.hasPrefix("\(folder)/") {
        let name = path.dropFirst(folder.count + 1)
        return try mount("sys/\(folder)/", String(name), operation, request, &transaction)
      }
    }
    if path == "namespaces" || path.hasPrefix("namespaces/") {
      return try Namespaces.respond(String(path.dropFirst(10)), operation, &transaction)
    }
    if path.hasPrefix("policies/acl") {
      return try policies(String(path.dropFirst(12)), operation, request, &transaction)
    }
    switch (path, operation) {
    case ("step-down", .update): return .nothing
    case ("storage/raft/configuration", .read): return .data(raftConfiguration)
    case ("rotate", .update), ("rotate/root", .update), ("rotate/keyring", .update):
      transaction["core/key-term"] = .integer((transaction["core/key-term"]?.integer ?? 1) + 1)
      return .nothing
    case ("key-status", .read):
      return .data(
        [
          "term": transaction["core/key-term"] ?? 1, "install_time": .string(Timestamp.text(request.now)),
          "encryptions": 1,
        ], topLevel: true)
    case ("capabilities-self", .update):
      let paths = request.body[key: "paths"].texts + (request.body[key: "path"].text.map { [$0] } ?? [])
      var data: [String: JSONValue] = [:]
      for path in paths {
        let allowed = caller.capabilities(on: path, transaction).sorted()
        data[path] = .strings(allowed.isEmpty ? ["deny"] : allowed)
      }
      if let only = paths.first, paths.count == 1 { data["capabilities"] = data[only] }
      return .data(.object(data), topLevel: true)
    case ("wrapping/unwrap", .update): return try Wrapping.unwrap(request, &transaction)
    case ("wrapping/lookup", .update): return try Wrapping.lookup(request, transaction)
    default:
      if path.hasPrefix("internal/ui/mounts/"), operation == .read {
        guard let (mount, _) = Mount.find(String(path.dropFirst(19)), in: transaction) else { throw .denied }
        var data = described(mount.record)
        data[key: "path"] = .string(mount.path)
        return .data(data)
      }
      throw .unsupportedPath
    }
  }

  private var raftConfiguration: JSONValue {
    let servers = server.members.sorted { $0.key < $1.key }.map { id, address -> JSONValue in
      [
        "node_id": .string(id), "address": .string(address), "leader": .boolean(id == server.leaderID),
        "protocol_version": "3", "voter": .boolean(server.voters.contains(id)),
      ]
    }
    return ["config": ["servers": .array(servers), "index": 0]]
  }

  private func listing(_ folder: String, _ transaction: Transaction) -> JSONValue {
    var found: [String: JSONValue] = [:]
    for path in transaction.paths(under: folder) {
      found[String(path.dropFirst(folder.count))] = described(transaction[path] ?? .null)
    }
    return .object(found)
  }

  private func described(_ record: JSONValue) -> JSONValue {
    var data = record
    for (name, value) in [
      ("description", ""), ("external_entropy_access", false), ("local", false), ("seal_wrap", false),
      ("plugin_version", ""), ("running_sha256", ""),
      ("running_plugin_version", .string("v\(Self.version)+builtin.bao")),
    ] as [(String, JSONValue)] where data[key: name].isNull { data[key: name] = value }
    if Self.plugins.values.contains(where: { $0.contains(record[key: "type"].text ?? "") }) {
      data[key: "deprecation_status"] = "supported"
    }
    return data
  }

  private func mount(
    _ folder: String, _ name: String, _ operation: APIRequest.Operation, _ request: APIRequest,
    _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    if name.hasSuffix("/tune") { return try tune(folder, String(name.dropLast(5)), operation, request, &transaction) }
    let path = name.hasSuffix("/") ? name : name + "/"
    let isLogin = folder == "sys/auth/"
    switch operation {
    case .read:
      guard let record = transaction[folder + path] else {
        throw APIError("No \(isLogin ? "auth" : "secret") engine\(isLogin ? "" : " mount") at \(path)")
      }
      return .data(described(record), topLevel: true)
    case .update:
      var fields = Fields(request.body)
      let type = try fields.string("type") ?? ""
      guard !type.isEmpty else { throw APIError("backend type must be specified as a string") }
      let taken = transaction.paths(under: folder).map { $0.dropFirst(folder.count) }
      if taken.contains(where: { $0.hasPrefix(path) || path.hasPrefix($0) }) {
        throw APIError("path is already in use at \(path)")
      }
      guard Self.plugins[folder]?.contains(type) == true else {
        throw APIError("plugin not found in the catalog: \(type)")
      }
      let options = request.body[key: "options"]
      if type == "kv", let version = options[key: "version"].text, version != "2" {
        throw APIError("the double has no kv engine but version 2, not \(version)")
      }
      transaction[folder + path] = [
        "type": .string(type), "uuid": .string(Random.uuid()), "options": options.isNull ? .object([:]) : options,
        "accessor": .string("\(isLogin ? "auth_" : "")\(type)_\(Random.hex(8))"),
        "description": .string(try fields.string("description") ?? ""),
        "config": try configuration(request.body[key: "config"], isLogin: isLogin),
      ]
      return .nothing
    case .delete:
      if let record = transaction[folder + path] {
        transaction.removeAll(under: Mount(isLogin: isLogin, path: path, record: record).storage)
        transaction[folder + path] = nil
      }
      return .nothing
    default: throw .unsupportedOperation
    }
  }

  private func configuration(_ given: JSONValue, isLogin: Bool) throws(APIError) -> JSONValue {
    var fields = Fields(given)
    var config: JSONValue = [
      "default_lease_ttl": .integer(try fields.seconds("default_lease_ttl") ?? 0), "force_no_cache": false,
      "max_lease_ttl": .integer(try fields.seconds("max_lease_ttl") ?? 0),
    ]
    if isLogin { config[key: "token_type"] = "default-service" }
    return config
  }

  private func tune(
    _ folder: String, _ name: String, _ operation: APIRequest.Operation, _ request: APIRequest,
    _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    let path = folder + (name.hasSuffix("/") ? name : name + "/")
    guard var record = transaction[path] else { throw APIError("cannot fetch sysview for path \"\(name)/\"") }
    if operation == .update {
      for (key, value) in try configuration(request.body, isLogin: false).members
      where request.body.members[key] != nil {
        record[key: "config"][key: key] = value
      }
      transaction[path] = record
      return .nothing
    }
    var data: JSONValue = ["description": record[key: "description"], "force_no_cache": false]
    for key in ["default_lease_ttl", "max_lease_ttl"] {
      let seconds = record[key: "config"][key: key].integer ?? 0
      data[key: key] = .integer(seconds == 0 ? 2_764_800 : seconds)
    }
    return .data(data, topLevel: true)
  }

  private func policies(
    _ rest: String, _ operation: APIRequest.Operation, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    guard rest.hasPrefix("/"), rest.count > 1 else {
      guard operation == .list else { throw .unsupportedOperation }
      return .keys(transaction.names(under: "sys/policy/") + ["root"])
    }
    let name = rest.dropFirst().lowercased()
    switch operation {
    case .read:
      guard let policy = transaction["sys/policy/\(name)"] else { throw .notFound }
      return .data(policy)
    case .update:
      guard name != "root" else { throw APIError("cannot update \"root\" policy") }
      var fields = Fields(request.body)
      let text = try fields.string("policy") ?? ""
      guard !text.isEmpty else { throw APIError("'policy' parameter not supplied or empty") }
      _ = try Policy(text)
      let version = transaction["sys/policy/\(name)"]?[key: "version"].integer ?? 0
      transaction["sys/policy/\(name)"] = [
        "name": .string(name), "policy": .string(text), "version": .integer(version + 1), "cas_required": false,
        "allow_slashes_in_identity_templates": false, "allow_wildcards_in_identity_templates": false,
        "modified": .string(Timestamp.text(request.now)),
      ]
      return .nothing
    case .delete:
      guard name != "default" else { throw APIError("cannot delete default policy") }
      transaction["sys/policy/\(name)"] = nil
      return .nothing
    default: throw .unsupportedOperation
    }
  }
}

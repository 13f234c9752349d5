import Foundation

/// The `kv` engine, version 2: `data/`, `metadata/`, versions, check-and-set.
struct KeyValueEngine {
  private let mount: Mount

  init(_ mount: Mount) { self.mount = mount }

  private func place(_ key: String) -> String { mount.storage + "secret/" + key }

  /// Whether a write to `path` changes something that is there.
  func exists(_ path: String, _ transaction: Transaction) -> Bool {
    guard let slash = path.firstIndex(of: "/") else { return true }
    return transaction[place(String(path[path.index(after: slash)...]))] != nil
  }

  func respond(
    _ path: String, _ operation: APIRequest.Operation, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    let parts = ["data", "metadata", "delete", "undelete", "destroy", "config", "subkeys", "detailed-metadata"]
    guard let slash = path.firstIndex(of: "/"), parts.contains(String(path[..<slash])) else {
      var response = APIResponse.data(
        .null,
        warnings: [
          "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the OpenBao CLI, use 'bao kv \(operation == .read ? "get" : "put")' for this operation."
        ])
      response.status = operation == .read ? 404 : 400
      return response
    }
    let key = String(path[path.index(after: slash)...])
    switch (path[..<slash], operation) {
    case ("data", .read): return try read(key, request, transaction)
    case ("data", .update): return try write(key, request, &transaction)
    case ("data", .delete):
      try change(key, &transaction) { $0[key: "deletion_time"] = .string(Timestamp.text(request.now)) }
      return .nothing
    case ("metadata", .list): return .keys(transaction.names(under: place(key)))
    case ("metadata", .read): return try metadata(key, transaction)
    case ("metadata", .delete):
      transaction[place(key)] = nil
      return .nothing
    default: throw .unsupportedPath
    }
  }

  private func read(_ key: String, _ request: APIRequest, _ transaction: Transaction) throws(APIError) -> APIResponse {
    guard let secret = transaction[place(key)] else { throw .notFound }
    let asked = request.query["version"].flatMap { Int($0) } ?? 0
    let number = asked == 0 ? secret[key: "current"].integer ?? 0 : asked
    let version = secret[key: "versions"][key: String(number)]
    guard !version.isNull else { throw .notFound }
    var metadata = Self.described(version)
    metadata[key: "version"] = .integer(number)
    metadata[key: "custom_metadata"] = .null
    let isDeleted = version[key: "deletion_time"] != ""
    var response = APIResponse.data(["data": isDeleted ? .null : version[key: "data"], "metadata": metadata])
    if isDeleted { response.status = 404 }
    return response
  }

  private static func described(_ version: JSONValue) -> JSONValue {
    [
      "created_time": version[key: "created_time"], "deletion_time": version[key: "deletion_time"], "destroyed": false,
    ]
  }

  private func write(
    _ key: String, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    guard case .object(let data) = request.body[key: "data"] else { throw APIError("no data provided") }
    var secret =
      transaction[place(key)] ?? ["current": 0, "versions": [:], "created_time": .string(Timestamp.text(request.now))]
    let current = secret[key: "current"].integer ?? 0
    if let expected = request.body[key: "options"][key: "cas"].integer, expected != current {
      throw APIError("check-and-set parameter did not match the current version")
    }
    let version: JSONValue = [
      "data": .object(data), "created_time": .string(Timestamp.text(request.now)), "deletion_time": "",
    ]
    secret[key: "current"] = .integer(current + 1)
    secret[key: "versions"][key: String(current + 1)] = version
    // Ten are kept, as upstream keeps them by default.
    secret[key: "versions"] = .object(
      secret[key: "versions"].members.filter { (Int($0.key) ?? 0) > current + 1 - 10 })
    transaction[place(key)] = secret
    var answer = Self.described(version)
    answer[key: "custom_metadata"] = .null
    answer[key: "version"] = .integer(current + 1)
    return .data(answer)
  }

  private func change(
    _ key: String, _ transaction: inout Transaction, _ body: (inout JSONValue) -> Void
  ) throws(APIError) {
    guard var secret = transaction[place(key)] else { return }
    let current = String(secret[key: "current"].integer ?? 0)
    body(&secret[key: "versions"][key: current])
    transaction[place(key)] = secret
  }

  private func metadata(_ key: String, _ transaction: Transaction) throws(APIError) -> APIResponse {
    guard let secret = transaction[place(key)] else { throw .notFound }
    let versions = secret[key: "versions"].members
    let current = secret[key: "current"].integer ?? 0
    let oldest = versions.keys.compactMap { Int($0) }.min() ?? 0
    return .data([
      "cas_required": false, "created_time": secret[key: "created_time"], "current_metadata_version": 0,
      "current_version": .integer(current), "custom_metadata": .null, "delete_version_after": "0s", "max_versions": 0,
      "metadata_cas_required": false, "oldest_version": .integer(oldest > 1 ? oldest : 0),
      "updated_time": versions[String(current)]?[key: "created_time"] ?? .null,
      "versions": .object(versions.mapValues(Self.described)),
    ])
  }
}

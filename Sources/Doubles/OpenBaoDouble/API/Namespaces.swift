/// Namespaces, one level deep: each has mounts, policies and entities of its own (OpenBao, `vault/namespaces.go`).
enum Namespaces {
  private static let folder = "core/namespaces/"

  /// The request as its namespace has it, which `transaction` is then in. It is named by a header, or is the first part
  /// of the path.
  static func resolved(_ request: APIRequest, _ transaction: inout Transaction) throws(APIError) -> APIRequest {
    var request = request
    let named = (request.namespace ?? "").split(separator: "/").joined(separator: "/")
    if !named.isEmpty, named != "root" {
      guard transaction[folder + named] != nil else { throw APIError(404, ["namespace not found"]) }
      transaction.namespace = named + "/"
      return request
    }
    let first = String(request.path.prefix { $0 != "/" })
    if transaction[folder + first] != nil {
      transaction.namespace = first + "/"
      request.path = String(request.path.dropFirst(first.count + 1))
    }
    return request
  }

  /// What tokens of the namespace end in.
  static func suffix(in transaction: Transaction) -> String {
    guard !transaction.namespace.isEmpty,
      let id = transaction[folder + transaction.namespace.dropLast()]?[key: "id"].text
    else { return "" }
    return "." + id
  }

  /// Requests below `sys/namespaces`.
  static func respond(
    _ rest: String, _ operation: APIRequest.Operation, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    let name = rest.split(separator: "/").joined(separator: "/")
    if name.isEmpty {
      guard operation == .list else { throw .unsupportedOperation }
      let found = transaction.names(under: folder).map { ($0 + "/", transaction[folder + $0] ?? .null) }
      return .keys(found.map(\.0), info: .object(Dictionary(found) { $1 }))
    }
    guard transaction.namespace.isEmpty, !name.contains("/") else {
      throw APIError("the double has namespaces of one level")
    }
    switch operation {
    case .read:
      guard let found = transaction[folder + name] else { throw .notFound }
      return .data(found)
    case .update:
      if let found = transaction[folder + name] { return .data(found) }
      let fresh: JSONValue = [
        "custom_metadata": [:], "id": .string(Random.base62(6)), "locked": false, "path": .string(name + "/"),
        "tainted": false, "uuid": .string(Random.uuid()),
      ]
      transaction[folder + name] = fresh
      var inside = transaction
      inside.namespace = name + "/"
      inside["sys/policy/default"] = [
        "name": "default", "policy": .string(Tokens.defaultPolicy), "version": 1, "cas_required": false,
      ]
      inside.namespace = ""
      transaction = inside
      return .data(fresh)
    case .delete:
      transaction[folder + name] = nil
      transaction.removeAll(under: "namespace/\(name)/")
      return .data(["status": "in-progress"])
    default: throw .unsupportedOperation
    }
  }
}

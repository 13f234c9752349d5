/// The API server, as its clients reach it.
struct KubeClient: Sendable {
  var server: String
  var client: HTTPClient

  func get(_ kind: ResourceKind, namespace: String? = nil, name: String) async throws -> JSON {
    try await call("GET", kind.path(namespace: namespace, name: name))
  }

  /// What exists, `nil` where there is none.
  func find(_ kind: ResourceKind, namespace: String? = nil, name: String) async throws -> JSON? {
    do {
      return try await get(kind, namespace: namespace, name: name)
    } catch let status as APIStatus where status.code == 404 {
      return nil
    }
  }

  func list(
    _ kind: ResourceKind, namespace: String? = nil, labels: String = "", fields: String = ""
  ) async throws -> [JSON] {
    var query: [String] = []
    if !labels.isEmpty { query.append("labelSelector=\(Self.escaped(labels))") }
    if !fields.isEmpty { query.append("fieldSelector=\(Self.escaped(fields))") }
    let path = kind.path(namespace: namespace, name: nil)
    let list = try await call("GET", query.isEmpty ? path : "\(path)?\(query.joined(separator: "&"))")
    return (list["items"].items ?? []).map { item in
      var item = item
      item["kind"] = .string(kind.kind)
      item["apiVersion"] = .string(kind.apiVersion)
      return item
    }
  }

  func create(_ kind: ResourceKind, namespace: String? = nil, _ object: JSON) async throws -> JSON {
    try await call("POST", kind.path(namespace: namespace, name: nil), body: object)
  }

  func update(_ kind: ResourceKind, namespace: String? = nil, _ object: JSON) async throws -> JSON {
    try await call(
      "PUT", kind.path(namespace: namespace, name: object["metadata"]["name"].string ?? ""), body: object)
  }

  func merge(_ kind: ResourceKind, namespace: String? = nil, name: String, _ patch: JSON) async throws -> JSON {
    try await call(
      "PATCH", kind.path(namespace: namespace, name: name), type: "application/merge-patch+json", body: patch)
  }

  func apply(
    _ kind: ResourceKind, namespace: String?, _ object: JSON, manager: String, force: Bool
  ) async throws -> JSON {
    let path = kind.path(namespace: namespace, name: object["metadata"]["name"].string ?? "")
    let query = "fieldManager=\(Self.escaped(manager))&force=\(force)"
    return try await call("PATCH", "\(path)?\(query)", type: "application/apply-patch+yaml", body: object)
  }

  func delete(_ kind: ResourceKind, namespace: String? = nil, name: String) async throws {
    _ = try await call("DELETE", kind.path(namespace: namespace, name: name))
  }

  /// A path as it is; what it answers where that is 200.
  func raw(_ path: String) async throws -> HTTPResponse {
    let response = try await client.send("GET", server + path)
    guard response.status == 200 else { throw Self.status(of: response) }
    return response
  }

  func call(
    _ method: String, _ path: String, type: String = "application/json", body: JSON? = nil
  ) async throws -> JSON {
    let response = try await client.send(
      method, server + path, headers: body == nil ? [:] : ["Content-Type": type], body: body?.bytes ?? [])
    guard (200..<300).contains(response.status) else { throw Self.status(of: response) }
    return try JSON(parsing: response.body)
  }

  private static func status(of response: HTTPResponse) -> APIStatus {
    let text = String(decoding: response.body, as: UTF8.self)
    if let status = try? JSON(parsing: response.body), let message = status["message"].string {
      return APIStatus(code: response.status, reason: status["reason"].string ?? "", message: message)
    }
    return APIStatus(code: response.status, reason: "InternalError", message: text)
  }

  private static func escaped(_ text: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
    return text.utf8.reduce(into: "") { result, byte in
      if plain.contains(byte) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
  }
}

extension ResourceKind {
  private static func core(_ kind: String, _ resource: String, isNamespaced: Bool) -> ResourceKind {
    ResourceKind(group: "", version: "v1", kind: kind, resource: resource, isNamespaced: isNamespaced)
  }

  static let nodes = core("Node", "nodes", isNamespaced: false)
  static let namespaces = core("Namespace", "namespaces", isNamespaced: false)
  static let pods = core("Pod", "pods", isNamespaced: true)
  static let configMaps = core("ConfigMap", "configmaps", isNamespaced: true)
  static let secrets = core("Secret", "secrets", isNamespaced: true)
  static let serviceAccounts = core("ServiceAccount", "serviceaccounts", isNamespaced: true)
  static let daemonSets = ResourceKind(
    group: "apps", version: "v1", kind: "DaemonSet", resource: "daemonsets", isNamespaced: true)
  static let deployments = ResourceKind(
    group: "apps", version: "v1", kind: "Deployment", resource: "deployments", isNamespaced: true)
  static let leases = ResourceKind(
    group: "coordination.k8s.io", version: "v1", kind: "Lease", resource: "leases", isNamespaced: true)
}

/// A kind that the API server double keeps, and its place in the API.
struct ResourceKind: Sendable, Hashable {
  /// Empty for the core group.
  var group: String
  var version: String
  var kind: String
  /// Plural, in lower case.
  var resource: String
  var isNamespaced: Bool

  var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// The path below which its objects are.
  var root: String { group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)" }

  static let all: [ResourceKind] =
    table(
      "", "v1", cluster: ["Namespace:namespaces", "Node:nodes"],
      namespaced: [
        "ConfigMap:configmaps", "Secret:secrets", "ServiceAccount:serviceaccounts", "Service:services", "Pod:pods",
      ])
    + table("apps", "v1", namespaced: ["Deployment:deployments", "DaemonSet:daemonsets"])
    + table(
      "rbac.authorization.k8s.io", "v1",
      cluster: ["ClusterRole:clusterroles", "ClusterRoleBinding:clusterrolebindings"],
      namespaced: ["Role:roles", "RoleBinding:rolebindings"])
    + table("coordination.k8s.io", "v1", namespaced: ["Lease:leases"])

  private static func table(
    _ group: String, _ version: String, cluster: [String] = [], namespaced: [String] = []
  ) -> [ResourceKind] {
    (cluster.map { ($0, false) } + namespaced.map { ($0, true) }).compactMap { words, isNamespaced in
      let parts = words.split(separator: ":").map(String.init)
      guard parts.count == 2 else { return nil }
      return ResourceKind(
        group: group, version: version, kind: parts[0], resource: parts[1], isNamespaced: isNamespaced)
    }
  }

  static func of(kind: String, apiVersion: String) -> ResourceKind? {
    all.first { $0.kind == kind && $0.apiVersion == apiVersion }
  }

  static func of(resource: String, group: String) -> ResourceKind? {
    all.first { $0.resource == resource && $0.group == group }
  }

  /// The path of an object, or of all where `name` is `nil`.
  func path(namespace: String?, name: String?) -> String {
    var path = root
    if isNamespaced, let namespace { path += "/namespaces/\(namespace)" }
    path += "/\(resource)"
    if let name { path += "/\(name)" }
    return path
  }

  /// Where its objects are in etcd.
  func key(namespace: String?, name: String?) -> String {
    var key = "/registry/"
    if !group.isEmpty { key += "\(group)/" }
    key += "\(resource)/"
    if isNamespaced, let namespace { key += "\(namespace)/" }
    return key + (name ?? "")
  }
}

/// A path of the API, taken apart.
struct ResourcePath: Sendable, Hashable {
  var kind: ResourceKind
  var namespace: String?
  var name: String?
  var subresource: String?

  init?(_ path: String) {
    var parts = path.split(separator: "/").map(String.init)[...]
    guard let first = parts.popFirst() else { return nil }
    var group = ""
    if first == "apis" {
      guard let word = parts.popFirst() else { return nil }
      group = word
    } else if first != "api" {
      return nil
    }
    guard let version = parts.popFirst() else { return nil }
    // `namespaces` is a resource too: only three more words make it a prefix.
    if parts.first == "namespaces", parts.count >= 3 {
      namespace = parts.dropFirst().first
      parts = parts.dropFirst(2)
    }
    guard let resource = parts.popFirst(), let kind = ResourceKind.of(resource: resource, group: group),
      kind.version == version
    else { return nil }
    self.kind = kind
    name = parts.popFirst()
    subresource = parts.popFirst()
    if !parts.isEmpty { return nil }
    if !kind.isNamespaced, namespace != nil { return nil }
    if kind.isNamespaced, namespace == nil, name != nil { return nil }
  }
}

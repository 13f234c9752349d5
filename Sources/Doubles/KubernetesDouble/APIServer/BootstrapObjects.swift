/// What kube-apiserver makes by itself after its start: namespaces, and of its default roles those that the doubles
/// need (upstream: `plugin/pkg/auth/authorizer/rbac/bootstrappolicy`).
enum BootstrapObjects {
  static let all: [JSON] =
    ["default", "kube-system", "kube-public", "kube-node-lease"].map { name in
      ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
    } + roles.flatMap { objects($0) }

  private struct Role {
    var name: String
    /// API group, resources and verbs, each separated by spaces; or `path` and paths.
    var rules: [(group: String, resources: String, verbs: String)]
    var subject: (kind: String, name: String)?
  }

  private static let reading = "get list watch"
  private static let writing = "get list watch create update patch delete"

  private static let roles: [Role] = [
    Role(name: "cluster-admin", rules: [("*", "*", "*")], subject: ("Group", "system:masters")),
    Role(
      name: "system:public-info-viewer", rules: [("path", "/healthz /livez /readyz /version /version/", "get")],
      subject: ("Group", "system:unauthenticated")),
    Role(
      name: "system:discovery",
      rules: [("path", "/api /api/* /apis /apis/* /healthz /livez /readyz /version /openapi/*", "get")],
      subject: ("Group", "system:authenticated")),
    Role(
      name: "system:kubelet-api-admin",
      rules: [
        ("", "nodes", "get list watch proxy"),
        ("", "nodes/log nodes/metrics nodes/proxy nodes/stats nodes/healthz nodes/pods", "*"),
      ], subject: nil),
    Role(
      name: "system:kube-controller-manager",
      rules: [
        ("", "namespaces secrets services endpoints", reading),
        ("", "nodes pods configmaps serviceaccounts", writing), ("apps", "daemonsets deployments", reading),
        ("coordination.k8s.io", "leases", writing),
      ], subject: ("User", "system:kube-controller-manager")),
    Role(
      name: "system:kube-scheduler",
      rules: [("", "nodes namespaces pods", reading), ("coordination.k8s.io", "leases", writing)],
      subject: ("User", "system:kube-scheduler")),
  ]

  private static func objects(_ role: Role) -> [JSON] {
    func words(_ text: String) -> JSON { .array(text.split(separator: " ").map { .string(String($0)) }) }
    let rules: [JSON] = role.rules.map { rule in
      if rule.group == "path" { return ["nonResourceURLs": words(rule.resources), "verbs": words(rule.verbs)] }
      return [
        "apiGroups": [.string(rule.group)], "resources": words(rule.resources), "verbs": words(rule.verbs),
      ]
    }
    let group = "rbac.authorization.k8s.io"
    let metadata: JSON = ["name": .string(role.name), "labels": ["kubernetes.io/bootstrapping": "rbac-defaults"]]
    var objects: [JSON] = [
      ["apiVersion": .string("\(group)/v1"), "kind": "ClusterRole", "metadata": metadata, "rules": .array(rules)]
    ]
    if let subject = role.subject {
      objects.append([
        "apiVersion": .string("\(group)/v1"), "kind": "ClusterRoleBinding", "metadata": metadata,
        "roleRef": ["apiGroup": .string(group), "kind": "ClusterRole", "name": .string(role.name)],
        "subjects": [["apiGroup": .string(group), "kind": .string(subject.kind), "name": .string(subject.name)]],
      ])
    }
    return objects
  }
}

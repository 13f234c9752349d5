/// What somebody wants to do (`SubjectAccessReview`'s attributes).
struct AccessRequest: Sendable, Hashable {
  var user: User
  var verb: String
  var group = ""
  var resource = ""
  var subresource = ""
  var namespace = ""
  var name = ""
  /// Set where it is no resource.
  var path: String?

  /// As upstream's refusal describes it.
  var refusal: APIStatus {
    if let path {
      return .forbidden("forbidden: User \"\(user.name)\" cannot \(verb) path \"\(path)\"")
    }
    let place = namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(namespace)\""
    let object = name.isEmpty ? "" : " \"\(name)\""
    let what = subresource.isEmpty ? resource : "\(resource)/\(subresource)"
    let plural = group.isEmpty ? resource : "\(resource).\(group)"
    return .forbidden(
      "\(plural)\(object) is forbidden: User \"\(user.name)\" cannot \(verb) resource \"\(what)\" in API group "
        + "\"\(group)\" \(place)")
  }
}

/// `Node,RBAC`: the node authorizer, simplified, then the rules that the cluster's roles grant.
struct Authorizer: Sendable {
  /// Roles and bindings as they are now.
  struct Rules: Sendable {
    var clusterRoles: [JSON] = []
    var clusterRoleBindings: [JSON] = []
    var roles: [JSON] = []
    var roleBindings: [JSON] = []
  }

  static func allows(_ request: AccessRequest, rules: Rules) -> Bool {
    if request.user.groups.contains("system:masters") { return true }
    if nodeAllows(request) { return true }
    for binding in rules.clusterRoleBindings where names(binding, request.user) {
      let role = rules.clusterRoles.first { $0["metadata"]["name"] == binding["roleRef"]["name"] }
      if let role, grants(role, request) { return true }
    }
    guard !request.namespace.isEmpty else { return false }
    let place = JSON.string(request.namespace)
    for binding in rules.roleBindings where binding["metadata"]["namespace"] == place && names(binding, request.user) {
      let reference = binding["roleRef"]
      let isCluster = reference["kind"].string == "ClusterRole"
      let role = (isCluster ? rules.clusterRoles : rules.roles).first {
        $0["metadata"]["name"] == reference["name"] && (isCluster || $0["metadata"]["namespace"] == place)
      }
      if let role, grants(role, request) { return true }
    }
    return false
  }

  /// What a kubelet may: its own node and lease, the pods, and asking what others may.
  private static func nodeAllows(_ request: AccessRequest) -> Bool {
    let prefix = "system:node:"
    guard request.user.groups.contains("system:nodes"), request.user.name.hasPrefix(prefix) else { return false }
    let node = String(request.user.name.dropFirst(prefix.count))
    let isReading = ["get", "list", "watch"].contains(request.verb)
    switch request.resource {
    case "nodes": return isReading || (request.verb == "create" || request.name == node)
    case "leases": return request.namespace == "kube-node-lease" && (request.name.isEmpty || request.name == node)
    case "pods": return isReading || ["create", "update", "patch", "delete"].contains(request.verb)
    case "configmaps", "secrets", "services", "serviceaccounts": return isReading
    case "subjectaccessreviews", "tokenreviews": return request.verb == "create"
    default: return false
    }
  }

  private static func names(_ binding: JSON, _ user: User) -> Bool {
    (binding["subjects"].items ?? []).contains { subject in
      let name = subject["name"].string ?? ""
      switch subject["kind"].string {
      case "User": return name == user.name
      case "Group": return user.groups.contains(name)
      case "ServiceAccount":
        return user.name == "system:serviceaccount:\(subject["namespace"].string ?? ""):\(name)"
      default: return false
      }
    }
  }

  private static func grants(_ role: JSON, _ request: AccessRequest) -> Bool {
    (role["rules"].items ?? []).contains { rule in
      func has(_ field: String, _ value: String) -> Bool {
        (rule[field].items ?? []).contains { $0.string == value || $0.string == "*" }
      }
      guard has("verbs", request.verb) else { return false }
      if let path = request.path {
        return (rule["nonResourceURLs"].items ?? []).contains { item in
          guard let text = item.string else { return false }
          return text == path || (text.hasSuffix("*") && path.hasPrefix(text.dropLast()))
        }
      }
      let what = request.subresource.isEmpty ? request.resource : "\(request.resource)/\(request.subresource)"
      let resourceNames = rule["resourceNames"].items ?? []
      return has("apiGroups", request.group) && has("resources", what)
        && (resourceNames.isEmpty || resourceNames.contains { $0.string == request.name })
    }
  }
}

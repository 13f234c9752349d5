/// One request for objects, from its verb to its answer.
struct ObjectRequest: Sendable {
  let store: ObjectStore
  let request: HTTPRequest
  let path: ResourcePath
  let user: User
  let admission: Set<String>
  let authorize: @Sendable (AccessRequest) async throws -> Void

  private var kind: ResourceKind { path.kind }

  func answer() async throws -> HTTPResponse {
    let verb = verb
    try await authorize(
      AccessRequest(
        user: user, verb: verb, group: kind.group, resource: kind.resource, subresource: path.subresource ?? "",
        namespace: path.namespace ?? "", name: path.name ?? ""))
    switch verb {
    case "get": return .json(200, try await existing())
    case "list", "deletecollection": return try await collection(verb)
    case "create": return try await create()
    case "update": return try await update()
    case "patch": return try await patch()
    case "delete":
      guard let name = path.name else { throw APIStatus.badRequest("no name") }
      try await store.delete(kind, namespace: path.namespace, name: name)
      return .json(200, ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success"])
    default: throw APIStatus(code: 405, reason: "MethodNotAllowed", message: "the server does not allow this method")
    }
  }

  private var verb: String {
    switch request.method {
    case "GET":
      if path.name != nil { return "get" }
      return request.query["watch"] == nil ? "list" : "watch"
    case "POST": return "create"
    case "PUT": return "update"
    case "PATCH": return "patch"
    case "DELETE": return path.name == nil ? "deletecollection" : "delete"
    default: return request.method.lowercased()
    }
  }

  private func existing() async throws -> JSON {
    guard let name = path.name else { throw APIStatus.badRequest("no name") }
    guard let object = try await store.get(kind, namespace: path.namespace, name: name) else {
      throw APIStatus.notFound(kind, name)
    }
    return object
  }

  private func collection(_ verb: String) async throws -> HTTPResponse {
    let list = try await store.list(kind, namespace: path.namespace)
    let selector = try Selector(
      labels: request.query["labelSelector"] ?? "", fields: request.query["fieldSelector"] ?? "")
    let items = list.items.filter(selector.matches)
    if verb == "deletecollection" {
      for item in items {
        try await store.delete(
          kind, namespace: item["metadata"]["namespace"].string, name: item["metadata"]["name"].string ?? "")
      }
    }
    return .json(
      200,
      [
        "kind": .string("\(kind.kind)List"), "apiVersion": .string(kind.apiVersion),
        "metadata": ["resourceVersion": .string("\(list.revision)")], "items": .array(items),
      ])
  }

  private func create() async throws -> HTTPResponse {
    let object = try checked(try JSON(parsing: request.body))
    guard let name = object["metadata"]["name"].string, !name.isEmpty else {
      throw APIStatus(
        code: 422, reason: "Invalid", message: "metadata.name: Required value: name or generateName is required")
    }
    try await requireNamespace()
    try restrictNode(name: name, object: object, old: nil)
    return .json(201, try await store.create(kind, namespace: path.namespace, object))
  }

  private func update() async throws -> HTTPResponse {
    let old = try await existing()
    var object = try checked(try JSON(parsing: request.body))
    let name = path.name ?? ""
    try restrictNode(name: name, object: object, old: old)
    if path.subresource == "status" {
      var changed = old
      changed["status"] = object["status"]
      object = changed
    } else if object["metadata"]["resourceVersion"] == .null {
      object["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
    }
    object["metadata"]["uid"] = old["metadata"]["uid"]
    object["metadata"]["creationTimestamp"] = old["metadata"]["creationTimestamp"]
    return .json(200, try await store.replace(kind, namespace: path.namespace, name: name, object))
  }

  private func patch() async throws -> HTTPResponse {
    guard let name = path.name else { throw APIStatus.badRequest("no name") }
    // Somebody else may write between our reading and our writing: then both are done again.
    for _ in 0..<16 {
      let old = try await store.get(kind, namespace: path.namespace, name: name)
      let new: JSON
      switch request.headers["content-type"] ?? "" {
      case "application/apply-patch+yaml":
        guard let manager = request.query["fieldManager"], !manager.isEmpty else {
          throw APIStatus(
            code: 422, reason: "Invalid", message: "fieldManager: Required value: is required for apply patch")
        }
        let configuration = try checked(try YAMLText.document(String(decoding: request.body, as: UTF8.self)))
        if old == nil { try await requireNamespace() }
        new = try ServerSideApply.merge(
          configuration, into: old, manager: manager, force: request.query["force"] == "true")
      case "application/merge-patch+json", "application/strategic-merge-patch+json":
        guard let old else { throw APIStatus.notFound(kind, name) }
        new = MergePatch.merge(try JSON(parsing: request.body), into: old)
      case let type:
        throw APIStatus(
          code: 415, reason: "UnsupportedMediaType",
          message: "the body of the request was in an unknown format: \(type)")
      }
      try restrictNode(name: name, object: new, old: old)
      do {
        guard let old else { return .json(201, try await store.create(kind, namespace: path.namespace, new)) }
        if new == old { return .json(200, old) }
        return .json(200, try await store.replace(kind, namespace: path.namespace, name: name, new))
      } catch let status as APIStatus where status.code == 409 {
        continue
      }
    }
    throw APIStatus.conflict(kind, name)
  }

  private func checked(_ object: JSON) throws(APIStatus) -> JSON {
    guard object["kind"].string == kind.kind, object["apiVersion"].string == kind.apiVersion else {
      throw .badRequest(
        "\(object["kind"].string ?? "") in version \"\(object["apiVersion"].string ?? "")\" cannot be handled as a "
          + "\(kind.kind)")
    }
    var object = object
    if let name = path.name, object["metadata"]["name"].string != name {
      throw .badRequest("the name of the object does not match the name on the URL (\(name))")
    }
    if let namespace = path.namespace {
      if let named = object["metadata"]["namespace"].string, named != namespace {
        throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
      }
      object["metadata"]["namespace"] = .string(namespace)
    }
    return object
  }

  private func requireNamespace() async throws {
    guard let namespace = path.namespace, let kind = ResourceKind.of(resource: "namespaces", group: "") else { return }
    guard try await store.get(kind, namespace: nil, name: namespace) != nil else {
      throw APIStatus.notFound(kind, namespace)
    }
  }

  /// The admission plugin NodeRestriction: a kubelet changes its own node only, and no label of Kubernetes' own but
  /// the known ones.
  private func restrictNode(name: String, object: JSON, old: JSON?) throws(APIStatus) {
    guard admission.contains("NodeRestriction"), kind.resource == "nodes", user.groups.contains("system:nodes") else {
      return
    }
    let node = String(user.name.dropFirst("system:node:".count))
    guard name == node else {
      throw .forbidden("nodes \"\(name)\" is forbidden: node \"\(node)\" is not allowed to modify node \"\(name)\"")
    }
    let before = old?["metadata"]["labels"].members ?? [:]
    let after = object["metadata"]["labels"].members ?? [:]
    let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
    let forbidden = changed.filter { label in
      let domain = label.split(separator: "/").first.map(String.init) ?? ""
      let isTheirs = ["kubernetes.io", "k8s.io"].contains { domain == $0 || domain.hasSuffix(".\($0)") }
      return label.contains("/") && isTheirs
        && !["kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch"].contains(label)
        && domain != "kubelet.kubernetes.io" && domain != "node.kubernetes.io"
    }
    if !forbidden.isEmpty {
      throw .forbidden(
        "nodes \"\(name)\" is forbidden: is not allowed to modify labels: \(forbidden.sorted().joined(separator: ", "))"
      )
    }
  }
}

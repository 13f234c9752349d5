/// kube-apiserver's double: health, authentication, authorization and a few kinds in etcd.
actor APIServer {
  private let options: APIServerOptions
  private let store: ObjectStore
  private let authenticator: Authenticator
  private var rules = Authorizer.Rules()
  private var rulesRead: ContinuousClock.Instant?
  private var hasBootstrapped = false

  init(_ options: APIServerOptions) {
    self.options = options
    store = ObjectStore(
      etcd: EtcdGateway(servers: options.etcdServers, client: options.etcdClient),
      encryption: options.encryption?.secrets)
    authenticator = Authenticator(
      clientAuthorities: options.clientAuthorities, proxyAuthorities: options.proxyAuthorities,
      proxyNames: options.proxyNames, anonymous: options.authentication)
  }

  /// Listens; the server answers until it is stopped.
  func start() async throws(Refusal) -> HTTPServer {
    try await HTTPServer.start(
      .port(host: options.bindAddress, options.port), identity: options.identity
    ) { request in
      await self.answer(request)
    }
  }

  func answer(_ request: HTTPRequest) async -> HTTPResponse {
    do {
      let user = try await authenticator.user(of: request)
      if ["/healthz", "/livez", "/readyz"].contains(request.path) {
        try await authorize(AccessRequest(user: user, verb: "get", path: request.path))
        return await health(request)
      }
      if request.path == "/version" {
        try await authorize(AccessRequest(user: user, verb: "get", path: request.path))
        return .json(200, ["major": "1", "minor": "36", "gitVersion": .string(DoubleProgram.kubernetesVersion)])
      }
      if request.path == "/apis/authorization.k8s.io/v1/subjectaccessreviews", request.method == "POST" {
        return try await review(request, by: user)
      }
      guard let path = ResourcePath(request.path) else {
        throw APIStatus(
          code: 404, reason: "NotFound", message: "the server could not find the requested resource")
      }
      return try await ObjectRequest(store: store, request: request, path: path, user: user, admission: admission) {
        try await self.authorize($0)
      }.answer()
    } catch let status as APIStatus {
      return status.response
    } catch let refusal as Refusal {
      return APIStatus.internalError(refusal).response
    } catch {
      return APIStatus.internalError(Refusal("\(error)")).response
    }
  }

  private var admission: Set<String> { options.admissionPlugins }

  private func authorize(_ access: AccessRequest) async throws {
    // Where etcd is away the health endpoints still answer, as upstream's authorizers do from their caches.
    if let path = access.path, ["/healthz", "/livez", "/readyz"].contains(path) { return }
    if access.user.groups.contains("system:masters") { return }
    guard Authorizer.allows(access, rules: try await currentRules()) else { throw access.refusal }
  }

  private func currentRules() async throws(Refusal) -> Authorizer.Rules {
    if let rulesRead, rulesRead.duration(to: .now) < .milliseconds(500) { return rules }
    func all(_ resource: String) async throws(Refusal) -> [JSON] {
      guard let kind = ResourceKind.of(resource: resource, group: "rbac.authorization.k8s.io") else { return [] }
      return try await store.list(kind, namespace: nil).items
    }
    rules = Authorizer.Rules(
      clusterRoles: try await all("clusterroles"), clusterRoleBindings: try await all("clusterrolebindings"),
      roles: try await all("roles"), roleBindings: try await all("rolebindings"))
    rulesRead = .now
    return rules
  }

  private func review(_ request: HTTPRequest, by user: User) async throws -> HTTPResponse {
    try await authorize(
      AccessRequest(
        user: user, verb: "create", group: "authorization.k8s.io", resource: "subjectaccessreviews"))
    var review = try JSON(parsing: request.body)
    let spec = review["spec"]
    let groups = (spec["groups"].items ?? []).compactMap(\.string)
    var access = AccessRequest(
      user: User(name: spec["user"].string ?? "", groups: Set(groups)), verb: "")
    if let path = spec["nonResourceAttributes"]["path"].string {
      access.verb = spec["nonResourceAttributes"]["verb"].string ?? ""
      access.path = path
    } else {
      let attributes = spec["resourceAttributes"]
      access.verb = attributes["verb"].string ?? ""
      access.group = attributes["group"].string ?? ""
      access.resource = attributes["resource"].string ?? ""
      access.subresource = attributes["subresource"].string ?? ""
      access.namespace = attributes["namespace"].string ?? ""
      access.name = attributes["name"].string ?? ""
    }
    review["status"] = ["allowed": .bool(Authorizer.allows(access, rules: try await currentRules()))]
    return .json(201, review)
  }

  private func health(_ request: HTTPRequest) async -> HTTPResponse {
    let kind = String(request.path.dropFirst())
    var checks: [(name: String, fault: Refusal?)] = [("ping", nil), ("log", nil)]
    // Upstream's /livez asks etcd too, so that an API server that has lost it for good is started anew.
    do throws(Refusal) {
      _ = try await store.etcd.get("/registry/health")
      checks.append(("etcd", nil))
      if kind == "readyz" { checks.append(("etcd-readiness", nil)) }
      do throws(Refusal) {
        try await bootstrap()
        checks.append(("poststarthook/rbac/bootstrap-roles", nil))
      } catch {
        checks.append(("poststarthook/rbac/bootstrap-roles", error))
      }
    } catch {
      checks.append(("etcd", error))
      if kind == "readyz" { checks.append(("etcd-readiness", error)) }
    }
    let isGood = checks.allSatisfy { $0.fault == nil }
    guard request.query["verbose"] != nil || !isGood else { return .text(200, "ok") }
    var lines = checks.map { $0.fault == nil ? "[+]\($0.name) ok" : "[-]\($0.name) failed: reason withheld" }
    lines.append("\(kind) check \(isGood ? "passed" : "failed")")
    return .text(isGood ? 200 : 500, lines.joined(separator: "\n") + "\n")
  }

  private func bootstrap() async throws(Refusal) {
    if hasBootstrapped { return }
    for object in BootstrapObjects.all {
      guard
        let kind = ResourceKind.of(kind: object["kind"].string ?? "", apiVersion: object["apiVersion"].string ?? "")
      else { continue }
      do {
        _ = try await store.create(kind, namespace: nil, object)
      } catch let refusal as Refusal {
        throw refusal
      } catch {
        // It is there already: another API server's work, or our own of an earlier life.
        continue
      }
    }
    hasBootstrapped = true
  }
}

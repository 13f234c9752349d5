import Foundation

/// The API: a request and what is stored, to an answer and what changes. It asks neither clock, disk nor network.
struct API: Sendable {
  /// What the answers tell of the server itself.
  struct Server: Sendable, Hashable {
    var clusterName = ""
    var clusterID = ""
    var nodeID = ""
    var leaderID = ""
    var members: [String: String] = [:]
    var voters: Set<String> = []
  }

  var server = Server()

  /// Answers `request` as whoever its token says.
  func respond(_ request: APIRequest, _ transaction: inout Transaction) -> APIResponse {
    var attempt = transaction
    do throws(APIError) {
      let response = try answer(request, &attempt)
      transaction = attempt
      return response
    } catch {
      return error.response
    }
  }

  /// Carries out a request of self-initialisation: as root, and a refusal is thrown.
  func carryOut(_ request: APIRequest, _ transaction: inout Transaction) throws(APIError) -> APIResponse {
    var attempt = transaction
    let request = try Namespaces.resolved(request, &attempt)
    let response = wrapped(try route(request, Caller(isRoot: true), &attempt), request, &attempt)
    transaction = attempt
    return response
  }

  private func answer(_ request: APIRequest, _ transaction: inout Transaction) throws(APIError) -> APIResponse {
    let request = try Namespaces.resolved(request, &transaction)
    guard let operation = request.operation else { throw APIError(405, []) }
    var caller = Caller()
    if !isOpen(request.path, operation, transaction) {
      guard let token = request.token, !token.isEmpty,
        let entry = Tokens.entry(token, at: request.now, in: transaction)
      else { throw .noToken }
      caller = Caller(token: token, entry: entry, transaction)
      try authorise(request, operation, caller, transaction)
    }
    return wrapped(try route(request, caller, &transaction), request, &transaction)
  }

  private func wrapped(
    _ response: APIResponse, _ request: APIRequest, _ transaction: inout Transaction
  ) -> APIResponse {
    guard let seconds = request.wrapSeconds, response.status == 200, case .json(let whole) = response.body else {
      return response
    }
    return Wrapping.wrap(whole, for: seconds, request, &transaction)
  }

  // What upstream's backends declare as unauthenticated.
  private func isOpen(_ path: String, _ operation: APIRequest.Operation, _ transaction: Transaction) -> Bool {
    if ["sys/wrapping/unwrap", "sys/wrapping/lookup"].contains(path) { return true }
    guard let (mount, rest) = Mount.find(path, in: transaction) else { return false }
    switch mount.type {
    case "cert", "approle", "kubernetes": return mount.isLogin && rest == "login"
    case "pki": return CertificateEngine.isOpen(rest) && operation == .read
    default: return false
    }
  }

  private func authorise(
    _ request: APIRequest, _ operation: APIRequest.Operation, _ caller: Caller, _ transaction: Transaction
  ) throws(APIError) {
    if caller.isRoot { return }
    let allowed = caller.capabilities(on: request.path, transaction)
    var wanted = operation.rawValue
    if operation == .update, isNew(request.path, transaction) { wanted = "create" }
    guard allowed.contains(wanted) else { throw .denied }
    if Self.needsSudo(request.path) && !allowed.contains("sudo") { throw .denied }
  }

  // Only kv tells whether something is there already; elsewhere a write is an update.
  private func isNew(_ path: String, _ transaction: Transaction) -> Bool {
    guard let (mount, rest) = Mount.find(path, in: transaction), mount.type == "kv" else { return false }
    return !KeyValueEngine(mount).exists(rest, transaction)
  }

  private static func needsSudo(_ path: String) -> Bool {
    let exact: Set<String> = ["sys/seal", "sys/step-down", "sys/rotate", "sys/remount"]
    return exact.contains(path) || path.hasPrefix("sys/auth/") || path.hasPrefix("sys/rotate/")
      || path.hasPrefix("sys/raw")
  }

  private func route(
    _ request: APIRequest, _ caller: Caller, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    guard let operation = request.operation else { throw APIError(405, []) }
    if request.path.hasPrefix("sys/") {
      return try SystemBackend(server: server).respond(
        String(request.path.dropFirst(4)), operation, request, caller, &transaction)
    }
    if request.path.hasPrefix("auth/token/") {
      return try Tokens.respond(String(request.path.dropFirst(11)), operation, request, caller, &transaction)
    }
    guard let (mount, rest) = Mount.find(request.path, in: transaction) else {
      throw APIError(404, ["no handler for route \"\(request.path)\". route entry not found."])
    }
    switch mount.type {
    case "kv": return try KeyValueEngine(mount).respond(rest, operation, request, &transaction)
    case "pki":
      return try CertificateEngine(mount, identity: caller.identity).respond(rest, operation, request, &transaction)
    case "cert": return try CertificateLogin(mount).respond(rest, operation, request, &transaction)
    case "approle": return try AppRoleLogin(mount).respond(rest, operation, request, &transaction)
    case "kubernetes": return try KubernetesLogin(mount).respond(rest, operation, request, &transaction)
    default: throw .unsupportedPath
    }
  }
}

/// Who makes a request.
struct Caller: Sendable {
  var isRoot = false
  var token = ""
  var entry = JSONValue.null
  var identity = Identity()

  init(isRoot: Bool = false) { self.isRoot = isRoot }

  init(token: String, entry: JSONValue, _ transaction: Transaction) {
    self.token = token
    self.entry = entry
    isRoot = entry[key: "policies"].texts.contains("root")
    identity = Identities.identity(entry[key: "entity_id"].text ?? "", in: own(transaction))
  }

  /// What its policies allow on `path`.
  func capabilities(on path: String, _ transaction: Transaction) -> Set<String> {
    if isRoot { return ["root"] }
    let own = own(transaction)
    let policies = entry[key: "policies"].texts.compactMap { name in
      (own["sys/policy/\(name)"]?[key: "policy"].text).flatMap { try? Policy($0) }
    }
    // A token's own paths are the same in every namespace; its policies are of its namespace and below.
    let whole = path.hasPrefix("auth/token/") ? own.namespace + path : transaction.namespace + path
    guard whole.hasPrefix(own.namespace) else { return [] }
    return Policy.capabilities(policies, on: String(whole.dropFirst(own.namespace.count)), identity: identity)
  }

  /// What is stored, as the token's own namespace has it.
  private func own(_ transaction: Transaction) -> Transaction {
    var own = transaction
    own.namespace = entry[key: "namespace"].text ?? ""
    return own
  }
}

/// An engine or a login method at its path.
struct Mount: Sendable, Hashable {
  var isLogin: Bool
  var path: String
  var record: JSONValue

  var type: String { record[key: "type"].text ?? "" }
  var accessor: String { record[key: "accessor"].text ?? "" }
  /// Where its data is.
  var storage: String { "logical/\(record[key: "uuid"].text ?? "")/" }

  /// The mount that `path` is below, and the rest.
  static func find(_ path: String, in transaction: Transaction) -> (Mount, String)? {
    let isLogin = path.hasPrefix("auth/")
    let folder = isLogin ? "sys/auth/" : "sys/mounts/"
    let whole = isLogin ? String(path.dropFirst(5)) : path
    var best: (Mount, String)?
    for stored in transaction.paths(under: folder) {
      let name = String(stored.dropFirst(folder.count))
      guard whole.hasPrefix(name), name.count > (best?.0.path.count ?? 0), let record = transaction[stored] else {
        continue
      }
      best = (Mount(isLogin: isLogin, path: name, record: record), String(whole.dropFirst(name.count)))
    }
    return best
  }
}

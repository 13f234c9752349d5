import Crypto
import Foundation

extension Node {
  /// A request of self-initialisation that failed; upstream's server ends with these words.
  struct InitialisationFault: Error, Sendable, Hashable, CustomStringConvertible {
    var description: String
  }

  /// Makes a new cluster of this node alone and carries out the `initialize` requests as root. Killed in the middle, or after a
  /// refusal, the marker stays, and this data is never unsealed.
  func initialise() async throws {
    phase = .sealed("self-initialization is running")
    log.info("core", "security barrier not initialized")
    stateKey = SymmetricKey(size: .bits256)
    let rootKey = stateKey.withUnsafeBytes { Array($0) }
    var data = Self.firstData(cluster: configuration.clusterName)
    data[StateFiles.keyring] = try seal.wrap(rootKey)
    data[ClusterCertificate.place] = try ClusterCertificate().json
    data[ReplicatedState.membersFolder + id] =
      ReplicatedState.Member(
        address: Self.authority(configuration.clusterAddress), apiAddress: configuration.apiAddress, votes: true
      ).json
    data[Self.marker] = true
    try save(StateFiles.Vote(term: 1, votedFor: id))
    try save(ReplicatedState(term: 1, index: 1, data: data))
    role = .leader
    leaderID = id
    log.info("core", "security barrier initialized", ["shares": "1", "threshold": "1"])
    try await carryOutRequests()
    try await exclusively { try await propose([Self.marker: nil]) }
    committed = state
    phase = .unsealed
    lastContact = clock.now
    isActive = true
    activeSince = Date()
    log.info("core", "post-unseal setup complete")
  }

  private func carryOutRequests() async throws {
    var history: JSONValue = ["requests": [:], "responses": [:]]
    var blocks: [String] = []
    var number = 0
    for request in configuration.initialize {
      if blocks.last != request.block {
        blocks.append(request.block)
        number = 0
      }
      let place =
        "initialize.[\(request.block) (\(blocks.count - 1))]: request.[\(request.name) (\(number))]: "
      number += 1
      do {
        let answer = try await carryOut(request, place, history)
        history[key: "responses"][key: request.block][key: request.name] = answer
      } catch let fault as InitialisationFault where request.allowsFailure {
        log.warn("core", "a request of self-initialization failed", error: fault.description)
      }
    }
  }

  private func carryOut(
    _ request: ServerConfiguration.InitializeRequest, _ place: String, _ history: JSONValue
  ) async throws -> JSONValue {
    let data: JSONValue
    do { data = try await InitializeValue.resolved(request.data, history: history) } catch {
      throw InitialisationFault(description: place + "in building request: failed to evaluate data: \(error)")
    }
    let methods = ["read": "GET", "list": "LIST", "scan": "SCAN", "delete": "DELETE", "patch": "PATCH"]
    let call = APIRequest(
      method: methods[request.operation] ?? "POST", path: request.path, body: data, now: Date())
    var transaction = Transaction(state.data)
    let response: APIResponse
    do throws(APIError) { response = try api.carryOut(call, &transaction) } catch {
      throw InitialisationFault(
        description: place + "failed to evaluate request: " + error.messages.joined(separator: "\n"))
    }
    guard case .json(let whole) = response.body else {
      try await exclusively { try await propose(transaction.changes) }
      return .null
    }
    // Upstream lets unknown parameters pass with a warning; here a rendered one that nobody reads is a mistake.
    if let ignored = whole[key: "warnings"].texts.first(where: { $0.contains("ignored these unrecognized") }) {
      throw InitialisationFault(description: place + "failed to evaluate request: " + ignored)
    }
    try await exclusively { try await propose(transaction.changes) }
    return whole
  }

  private static func firstData(cluster: String) -> [String: JSONValue] {
    var data: [String: JSONValue] = [
      "core/cluster/id": .string(Random.uuid()),
      "core/cluster/name": .string(cluster.isEmpty ? "vault-cluster-\(Random.hex(8))" : cluster),
      "sys/policy/default": [
        "name": "default", "policy": .string(Tokens.defaultPolicy), "version": 1, "cas_required": false,
      ],
    ]
    for (path, type, description) in [
      ("sys/mounts/sys/", "system", "system endpoints used for control, policy and debugging"),
      ("sys/mounts/identity/", "identity", "identity store"),
      ("sys/mounts/cubbyhole/", "cubbyhole", "per-token private secret storage"),
      ("sys/auth/token/", "token", "token based credentials"),
    ] {
      let isLogin = path.hasPrefix("sys/auth/")
      data[path] = [
        "type": .string(type), "uuid": .string(Random.uuid()), "description": .string(description), "options": .null,
        "accessor": .string("\(isLogin ? "auth_" : "")\(type)_\(Random.hex(8))"),
        "config": ["default_lease_ttl": 0, "max_lease_ttl": 0, "force_no_cache": false],
      ]
      if isLogin { data[path]?[key: "config"][key: "token_type"] = "default-service" }
    }
    return data
  }

  /// `HOST:PORT` of an URL.
  static func authority(_ url: String) -> String {
    guard let target = HostPort(url: url) else { return url }
    return "\(target.host):\(target.port)"
  }

  /// The API as this node answers it now.
  var api: API {
    API(
      server: API.Server(
        clusterName: state.data["core/cluster/name"]?.text ?? "", clusterID: state.data["core/cluster/id"]?.text ?? "",
        nodeID: id, leaderID: leaderID, members: state.members.mapValues(\.address),
        voters: Set(voters.keys)))
  }
}

import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

extension Node {
  private static let certificateHeader = "x-openbao-double-client-certificate"

  /// Answers a request of the API's own listener.
  func answer(_ call: HTTPCall, chain: [NIOSSLCertificate]) async -> HTTPReply {
    let certificate = chain.first.flatMap { try? $0.toDERBytes() }
    return await answer(call, certificate: certificate, isForwarded: false)
  }

  /// Answers a request that a standby passed on.
  func forwarded(_ call: HTTPCall) async -> HTTPReply {
    let certificate = call[header: Self.certificateHeader].flatMap { Data(base64Encoded: $0) }.map(Array.init)
    return await answer(call, certificate: certificate, isForwarded: true)
  }

  private func answer(_ call: HTTPCall, certificate: [UInt8]?, isForwarded: Bool) async -> HTTPReply {
    guard call.path.hasPrefix("/v1/") else { return HTTPReply(APIError(404, []).response) }
    let path = String(call.path.dropFirst(4)).percentDecoded
    if !isForwarded, let reply = ownAnswer(path, call) { return reply }
    guard phase == .unsealed else { return HTTPReply(APIError.sealed.response) }
    guard role == .leader && isActive else {
      if isForwarded { return HTTPReply(APIError(503, ["node is not active"]).response) }
      return await passOn(call, certificate)
    }
    let body: JSONValue
    do { body = call.body.isEmpty ? .object([:]) : try JSONValue.parse(call.body) } catch {
      let first = call.body.first { $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: " ") } ?? 0
      let character = Character(Unicode.Scalar(first))
      return HTTPReply(APIError("failed to decode JSON input: invalid character '\(character)'").response)
    }
    do {
      switch path {
      case "sys/storage/raft/bootstrap/challenge": return try challenged(body)
      case "sys/storage/raft/bootstrap/answer": return try await answered(body)
      default: return try await carryOut(call, path, body, certificate)
      }
    } catch {
      log.warn("core", "a request was not carried out", error: "\(error)")
      return HTTPReply(APIError(500, ["internal error"]).response)
    }
  }

  private func carryOut(
    _ call: HTTPCall, _ path: String, _ body: JSONValue, _ certificate: [UInt8]?
  ) async throws -> HTTPReply {
    let final = Self.request(call, path, body, certificate)
    return try await exclusively {
      var transaction = Transaction(committed.data)
      let response = api.respond(final, &transaction)
      var changes = transaction.changes
      if final.path.hasPrefix("sys/rotate/root"), response.status == 204 {
        changes[StateFiles.keyring] = .some(try seal.wrap(stateKey.withUnsafeBytes { Array($0) }))
      }
      if !changes.isEmpty { try await propose(changes) }
      if final.path == "sys/step-down", response.status == 204 { stepDown() }
      return HTTPReply(response)
    }
  }

  var isServing: Bool { phase == .unsealed && role == .leader && isActive }

  /// Carries a request out as root.
  func administer(
    _ method: String, _ path: String, _ body: JSONValue, namespace: String?, wrapSeconds: Double?
  ) async throws -> APIResponse {
    var request = APIRequest(method: method, path: path, body: body, now: Date())
    request.namespace = namespace
    request.wrapSeconds = wrapSeconds
    return try await exclusively { [request] in
      var transaction = Transaction(committed.data)
      let response = try api.carryOut(request, &transaction)
      if !transaction.changes.isEmpty { try await propose(transaction.changes) }
      return response
    }
  }

  private static func request(
    _ call: HTTPCall, _ path: String, _ body: JSONValue, _ certificate: [UInt8]?
  ) -> APIRequest {
    var request = APIRequest(method: call.method, path: path, query: call.query, body: body, now: Date())
    request.token =
      call[header: "x-vault-token"]
      ?? call[header: "authorization"].flatMap { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : nil }
    request.certificate = certificate.flatMap { try? Certificate(derEncoded: $0) }
    request.namespace = call[header: "x-vault-namespace"]
    request.wrapSeconds = call[header: "x-vault-wrap-ttl"].flatMap { try? GoDuration.seconds($0) }
    return request
  }

  /// Upstream's standbys answer reads from what they have themselves, which may be a moment old. These do so only while their
  /// leader cannot be reached, and send writers to it.
  private func passOn(_ call: HTTPCall, _ certificate: [UInt8]?) async -> HTTPReply {
    guard let leader = state.members[leaderID], leaderID != id, let client = clusterClient else {
      if Self.reads(call) { return answerAlone(call, certificate) }
      return HTTPReply(APIError(500, ["local node not active but active cluster node not found"]).response)
    }
    if call[header: "x-vault-no-request-forwarding"] != nil {
      var reply = HTTPReply(307)
      reply.headers["location"] = leader.apiAddress + call.target
      return reply
    }
    var passed = call
    for name in ["host", "connection", "content-length", "transfer-encoding", Self.certificateHeader] {
      passed.headers[name] = nil
    }
    if let certificate { passed.headers[Self.certificateHeader] = Data(certificate).base64EncodedString() }
    do {
      var reply = try await client.send(passed, to: leader.address, timeout: 15)
      for name in ["connection", "content-length", "transfer-encoding"] { reply.headers[name] = nil }
      return reply
    } catch {
      if Self.reads(call) { return answerAlone(call, certificate) }
      var reply = HTTPReply(307)
      reply.headers["location"] = leader.apiAddress + call.target
      return reply
    }
  }

  private static func reads(_ call: HTTPCall) -> Bool { call.method == "GET" || call.method == "LIST" }

  private func answerAlone(_ call: HTTPCall, _ certificate: [UInt8]?) -> HTTPReply {
    var transaction = Transaction(state.data)
    let path = String(call.path.dropFirst(4)).percentDecoded
    return HTTPReply(api.respond(Self.request(call, path, .object([:]), certificate), &transaction))
  }

  // What every node answers for itself, sealed or not.
  private func ownAnswer(_ path: String, _ call: HTTPCall) -> HTTPReply? {
    switch path {
    case "sys/health": return health(call)
    case "sys/seal-status": return HTTPReply(200, json: sealStatus)
    case "sys/init":
      guard call.method == "GET" else { return nil }
      return HTTPReply(200, json: ["initialized": .boolean(phase != .uninitialised)])
    case "sys/leader":
      guard phase == .unsealed else { return HTTPReply(APIError.sealed.response) }
      return HTTPReply(200, json: leaderStatus)
    default: return nil
    }
  }

  private func health(_ call: HTTPCall) -> HTTPReply {
    guard call.method == "GET" || call.method == "HEAD" else { return HTTPReply(APIError(405, []).response) }
    let query = call.query
    var codes = ["activecode": 200, "standbycode": 429, "sealedcode": 503, "uninitcode": 501]
    for (name, text) in query where codes[name] != nil {
      guard let code = Int(text) else { return HTTPReply(APIError(400, []).response) }
      codes[name] = code
    }
    let isLeader = role == .leader && isActive
    let isStandbyFine = ["standbyok", "perfstandbyok"].contains {
      query[$0].map { $0 != "false" && $0 != "0" } ?? false
    }
    let which =
      switch phase {
      case .uninitialised: "uninitcode"
      case .sealed: "sealedcode"
      case .unsealed: isLeader || isStandbyFine ? "activecode" : "standbycode"
      }
    var body: JSONValue = [
      "initialized": .boolean(phase != .uninitialised), "sealed": .boolean(phase != .unsealed),
      "standby": .boolean(!(phase == .unsealed && isLeader)),
      "replication_performance_mode": isLeader && phase == .unsealed ? "primary" : "unknown",
      "replication_dr_mode": isLeader && phase == .unsealed ? "disabled" : "unknown",
      "server_time_utc": .integer(Int(Date().timeIntervalSince1970)), "version": .string(SystemBackend.version),
    ]
    if phase == .unsealed {
      body[key: "cluster_name"] = state.data["core/cluster/name"] ?? ""
      body[key: "cluster_id"] = state.data["core/cluster/id"] ?? ""
    }
    return HTTPReply(codes[which] ?? 500, json: body)
  }

  private var sealStatus: JSONValue {
    var body: JSONValue = [
      "type": "static", "initialized": .boolean(phase != .uninitialised), "sealed": .boolean(phase != .unsealed),
      "t": 0, "n": 0, "progress": 0, "nonce": "", "recovery_seal": true, "recovery_seal_type": "shamir",
      "version": .string(SystemBackend.version), "commit_date": "", "migration": false, "storage_type": "raft",
    ]
    if phase == .unsealed {
      body[key: "cluster_name"] = state.data["core/cluster/name"] ?? ""
      body[key: "cluster_id"] = state.data["core/cluster/id"] ?? ""
    }
    return body
  }

  private var leaderStatus: JSONValue {
    let leader = state.members[leaderID]
    let isSelf = role == .leader && isActive
    var body: JSONValue = [
      "ha_enabled": true, "leader_address": .string(leader?.apiAddress ?? ""),
      "leader_cluster_address": .string(leader.map { "https://\($0.address)" } ?? ""),
      "raft_committed_index": .integer(isSelf ? committed.index : state.index),
      "raft_applied_index": .integer(isSelf ? committed.index : state.index),
    ]
    if isSelf {
      body[key: "is_self"] = true
      body[key: "active_time"] = .string(Timestamp.text(activeSince))
    }
    return body
  }
}

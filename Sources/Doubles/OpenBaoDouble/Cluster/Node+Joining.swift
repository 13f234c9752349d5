import Foundation
import NIOSSL

extension Node {
  /// Asks each peer of `retry_join` to be let in: with a challenge that only the seal's key opens, as upstream does it.
  func join() async {
    for peer in configuration.storage.peers {
      do {
        let client = try Self.client(for: peer)
        let challenge = try await client.post(
          ["server_id": .string(id)], to: peer.address, "/v1/sys/storage/raft/bootstrap/challenge")
        let secret = try seal.unwrap(challenge[key: "data"][key: "challenge"])
        let answer = try await client.post(
          [
            "answer": .string(Data(secret).base64EncodedString()), "server_id": .string(id),
            "cluster_addr": .string(Self.authority(configuration.clusterAddress)),
            "api_addr": .string(configuration.apiAddress),
          ], to: peer.address, "/v1/sys/storage/raft/bootstrap/answer")
        guard let certificate = ClusterCertificate(answer[key: "data"][key: "cluster"]) else {
          throw GoTemplateError("the answer has no cluster certificate")
        }
        try await openCluster(certificate)
        log.info("core", "raft: joining", ["leader_addr": peer.address])
        return
      } catch {
        log.error("core", "failed to get raft challenge", error: "\(peer.address): \(error)")
      }
    }
  }

  private static func client(for peer: ServerConfiguration.Peer) throws -> HTTPSClient {
    var tls = TLSConfiguration.makeClientConfiguration()
    if let anchors = peer.anchors {
      tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(anchors))
    }
    return try HTTPSClient(tls: tls, serverName: peer.serverName)
  }

  /// The leader's side.
  func challenged(_ body: JSONValue) throws -> HTTPReply {
    guard let server = body[key: "server_id"].text, !server.isEmpty else {
      return HTTPReply(APIError("no server id provided").response)
    }
    let secret = Random.bytes(16)
    challenges[server] = secret
    let data: JSONValue = ["challenge": try seal.wrap(secret), "seal_config": ["type": "static"]]
    return HTTPReply(APIResponse.data(data))
  }

  /// The leader's side, once the challenge was opened.
  func answered(_ body: JSONValue) async throws -> HTTPReply {
    guard let server = body[key: "server_id"].text, let secret = challenges.removeValue(forKey: server) else {
      return HTTPReply(APIError("no expected answer for the server id provided").response)
    }
    guard Data(base64Encoded: body[key: "answer"].text ?? "").map(Array.init) == secret else {
      return HTTPReply(APIError("invalid answer given").response)
    }
    guard let address = body[key: "cluster_addr"].text, !address.isEmpty else {
      return HTTPReply(APIError("no cluster_addr provided").response)
    }
    let member = ReplicatedState.Member(
      address: address, apiAddress: body[key: "api_addr"].text ?? "", votes: false)
    try await exclusively {
      // Who asks has no data. Where it had a vote before, it lost what it voted with.
      guard state.members[server] != member else { return }
      peerPoints[server] = nil
      try await propose([ReplicatedState.membersFolder + server: member.json])
    }
    let peers = state.members.map { JSONValue.object(["id": .string($0.key), "address": .string($0.value.address)]) }
    return HTTPReply(
      APIResponse.data([
        "cluster": state.data[ClusterCertificate.place] ?? .null, "peers": .array(peers),
        "autoloaded_license": false,
      ]))
  }

  /// Opens the cluster's own listener, once there is a certificate for it.
  func openCluster(_ given: ClusterCertificate? = nil) async -> Bool {
    if clusterServer != nil { return true }
    guard let certificate = given ?? ClusterCertificate(state.data[ClusterCertificate.place]) else { return false }
    do {
      try await openCluster(certificate)
      return true
    } catch {
      log.error("core.cluster-listener", "cannot listen", error: "\(error)")
      return false
    }
  }

  private func openCluster(_ certificate: ClusterCertificate) async throws {
    guard clusterServer == nil else { return }
    let listened = configuration.listeners.first?.clusterAddress ?? ""
    let text = listened.isEmpty ? Self.authority(configuration.clusterAddress) : listened
    guard let address = HostPort(text) else { throw GoTemplateError("bad cluster address \(text)") }
    clusterClient = try ClusterClient(certificate)
    let server = try await HTTPSServer.bind(address, tls: certificate.server, verifies: true) { call, _ in
      await self.clusterCall(call)
    }
    guard !isClosed else {
      // It was stopped while the port was opened, and nobody else would close that.
      await server.close()
      throw CancellationError()
    }
    clusterServer = server
    log.info("core.cluster-listener", "serving cluster requests", ["cluster_listen_address": text])
  }

  private func clusterCall(_ call: HTTPCall) async -> HTTPSServer.Reaction {
    do {
      switch call.path {
      case "/raft/vote": return .reply(HTTPReply(200, json: try voteRequested(JSONValue.parse(call.body))))
      case "/raft/append": return .reply(HTTPReply(200, json: try appendReceived(JSONValue.parse(call.body))))
      default: return .reply(await forwarded(call))
      }
    } catch {
      log.warn("storage.raft", "a message of the cluster was refused", error: "\(error)")
      return .reply(HTTPReply(500))
    }
  }
}

extension HTTPSClient {
  fileprivate func post(_ body: JSONValue, to address: String, _ target: String) async throws -> JSONValue {
    let reply = try await send(HTTPCall(method: "PUT", target: target, body: body.bytes()), to: address, timeout: 5)
    guard reply.status == 200 else {
      throw Fault(
        description: "Code: \(reply.status). Errors: \(reply.json[key: "errors"].texts.joined(separator: "; "))")
    }
    return reply.json
  }
}

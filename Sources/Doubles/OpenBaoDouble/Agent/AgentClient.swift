import Foundation
import NIOSSL

/// The agent's way to OpenBao: its login, and requests with the token of it.
actor AgentClient {
  /// An answer that is no success, in the words of OpenBao's client.
  struct Refused: Error, Sendable, Hashable, CustomStringConvertible {
    var description: String
    var status: Int
  }

  private let configuration: AgentConfiguration
  private let client: HTTPSClient
  private let log: Log
  private var token: String?
  private var waiters: [CheckedContinuation<Void, Never>] = []
  private var isOver = false

  init(_ configuration: AgentConfiguration, log: Log) throws {
    self.configuration = configuration
    self.log = log
    var tls = TLSConfiguration.makeClientConfiguration()
    let server = configuration.server
    if let anchors = server.anchors {
      let text: String
      do throws(FileText.Fault) { text = try FileText.contents(of: anchors) } catch {
        throw GoTemplateError("Error fetching client: failed to setup TLS config: Error loading CA File: \(error)")
      }
      tls.trustRoots = .certificates(
        try PEMBlocks.all(text).map { try NIOSSLCertificate(bytes: Array($0.text.utf8), format: .pem) })
    }
    if let certificate = server.clientCertificate, let key = server.clientKey {
      do {
        let chain = PEMBlocks.all(try FileText.contents(of: certificate)).filter { $0.type == "CERTIFICATE" }
        let keys = PEMBlocks.all(try FileText.contents(of: key)).filter { $0.type.hasSuffix("PRIVATE KEY") }
        guard let key = keys.first, !chain.isEmpty else { throw GoTemplateError("tls: failed to find any PEM data") }
        tls.certificateChain = try chain.map {
          .certificate(try NIOSSLCertificate(bytes: Array($0.text.utf8), format: .pem))
        }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(key.text.utf8), format: .pem))
      } catch {
        throw GoTemplateError("Error fetching client: failed to setup TLS config: \(error)")
      }
    }
    client = try HTTPSClient(tls: tls, serverName: server.serverName)
  }

  /// Logs in and keeps the token alive until cancelled; a token that cannot be renewed is replaced.
  func keepLoggedIn() async throws {
    var backoff = configuration.login.minimumBackoff
    while true {
      do {
        let reply = try await send(
          "PUT", "\(configuration.login.mountPath)/login",
          configuration.login.role.isEmpty ? [:] : ["name": .string(configuration.login.role)], token: nil)
        let auth = reply[key: "auth"]
        guard let fresh = auth[key: "client_token"].text else { throw GoTemplateError("the login gave no token") }
        token = fresh
        log.info("auth.handler", "authentication successful")
        for waiter in waiters { waiter.resume() }
        waiters = []
        backoff = configuration.login.minimumBackoff
        try await renew(every: Double(auth[key: "lease_duration"].integer ?? 3600) * 2 / 3)
      } catch let error as CancellationError {
        throw error
      } catch {
        log.error("auth.handler", "error authenticating", error: "\(error)")
        try await Task.sleep(for: .milliseconds(Int(max(backoff, 0.1) * 1000)))
        backoff = min(max(backoff, 0.1) * 2, configuration.login.maximumBackoff)
      }
    }
  }

  private func renew(every seconds: Double) async throws {
    while true {
      try await Task.sleep(for: .milliseconds(Int(max(seconds, 1) * 1000)))
      do { _ = try await send("PUT", "auth/token/renew-self", [:], token: token) } catch let error as Refused {
        log.warn("auth.handler", "renewal failed, logging in anew", error: "\(error)")
        return
      }
    }
  }

  /// A request as who is logged in; waits for the first login.
  func request(_ method: String, _ path: String, _ body: JSONValue = .object([:])) async throws -> JSONValue {
    if token == nil && !isOver { await withCheckedContinuation { waiters.append($0) } }
    guard !isOver else { throw CancellationError() }
    return try await send(method, path, body, token: token)
  }

  /// Lets whoever waits for a login go on; for the end.
  func giveUp() {
    isOver = true
    for waiter in waiters { waiter.resume() }
    waiters = []
  }

  private func send(_ method: String, _ path: String, _ body: JSONValue, token: String?) async throws -> JSONValue {
    var call = HTTPCall(method: method, target: "/v1/\(path)")
    if method != "GET" { call.body = try body.bytes() }
    if let token { call.headers["x-vault-token"] = token }
    var address = configuration.server.address
    // One redirect, as OpenBao's client follows a standby's to the leader.
    for _ in 0..<2 {
      let reply = try await client.send(call, to: address, timeout: 60)
      if reply.status == 307, let location = reply.headers["location"], let target = HostPort(url: location) {
        address = "https://\(target.host):\(target.port)"
        continue
      }
      guard (200..<300).contains(reply.status) else {
        let words = reply.json[key: "errors"].texts.map { "* " + $0 }.joined(separator: "\n")
        throw Refused(
          description:
            "Error making API request.\n\nURL: \(method) \(address)/v1/\(path)\nCode: \(reply.status). Errors:\n\n\(words)",
          status: reply.status)
      }
      return reply.json
    }
    throw GoTemplateError("\(path): redirected twice")
  }
}

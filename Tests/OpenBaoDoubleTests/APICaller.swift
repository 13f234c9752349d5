import Foundation
import NIOSSL

@testable import OpenBaoDouble

/// Requests to a server over TLS, as a client with or without a certificate.
struct APICaller {
  let master: RenderedMaster
  var token: String?

  init(_ master: RenderedMaster) { self.master = master }

  func send(
    _ method: String, _ path: String, _ body: JSONValue? = nil, login: String? = nil, headers: [String: String] = [:],
    timeout: Double = 10
  ) async throws -> HTTPReply {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(master.path("anchors/openbao.pem")))
    if let login {
      let path = master.path("login/\(login).pem")
      tls.certificateChain = try NIOSSLCertificate.fromPEMFile(path).map { .certificate($0) }
      tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: path, format: .pem))
    }
    let client = try HTTPSClient(tls: tls, serverName: "openbao.\(RenderedMaster.domain)")
    var call = HTTPCall(method: method, target: "/v1/\(path)", headers: headers, body: try body?.bytes() ?? [])
    if let token { call.headers["x-vault-token"] = token }
    return try await client.send(call, to: master.address, timeout: timeout)
  }

  /// The status of `/sys/health`; `nil` without an answer.
  func health(_ query: String = "") async -> Int? { try? await send("GET", "sys/health\(query)").status }

  func waitForHealth(_ wanted: Set<Int>, seconds: Double = 40) async -> Int? {
    let end = Date().addingTimeInterval(seconds)
    var last: Int?
    while Date() < end {
      last = await health()
      if let last, wanted.contains(last) { return last }
      try? await Task.sleep(for: .milliseconds(50))
    }
    return last
  }

  /// The same, logged in by certificate.
  func loggedIn(_ login: String, as role: String) async throws -> APICaller {
    let reply = try await send("PUT", "auth/cert/login", ["name": .string(role)], login: login)
    var caller = self
    caller.token = reply.json[key: "auth"][key: "client_token"].text
    return caller
  }
}

import Crypto
import Foundation
import NIOPosix
import NIOSSL
import OpenBao
import PKI
import TestSupport
import Testing

@testable import OpenBaoDouble

/// OpenBao itself, a development server of its own with TLS.
final class RealOpenBao {
  static let token = "root-of-a-test"

  private let process = Process()
  private let folder: URL
  private let port: Int

  var address: String { "https://127.0.0.1:\(port)" }
  var anchors: String { folder.appendingPathComponent("vault-ca.pem").path }

  init(_ parent: TemporaryFolder) async throws {
    folder = parent.url.appendingPathComponent("bao")
    port = try FreePort.take()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    process.executableURL = URL(fileURLWithPath: ProcessInfo.processInfo.environment["LL_BAO"] ?? "bao")
    process.arguments = [
      "server", "-dev", "-dev-tls", "-dev-tls-cert-dir=\(folder.path)", "-dev-listen-address=127.0.0.1:\(port)",
      "-dev-root-token-id=\(Self.token)", "-dev-no-store-token",
    ]
    process.environment = ["HOME": folder.path, "PATH": "/usr/bin:/bin"]
    let log = try parent.write("", to: "bao.log")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: log)
    process.standardError = process.standardOutput
    try process.run()
    for _ in 0..<300 {
      try await Task.sleep(for: .milliseconds(100))
      guard let roots = try? NIOSSLCertificate.fromPEMFile(anchors), !roots.isEmpty else { continue }
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.trustRoots = .certificates(roots)
      let client = try HTTPSClient(tls: tls, serverName: "localhost")
      let reply = try? await client.send(HTTPCall(method: "GET", target: "/v1/sys/health"), to: address, timeout: 1)
      if reply?.status == 200 { return }
    }
    throw CocoaError(.executableLoad)
  }

  deinit { stop() }

  func stop() {
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
  }

  /// Our client's work, with what the conversation has left: AppRole with a wrapped secret id, a certificate, the login by
  /// it, and the renewals.
  func serve(_ fixture: Fixture, _ conversation: Conversation) async throws {
    var conversation = conversation
    _ = try await conversation.run([
      .init(
        name: "wrapped", path: "auth/a/role/agent/secret-id", body: [:], headers: ["x-vault-wrap-ttl": "300"],
        keep: ["mine": "wrap_info.token"]),
      .init(
        name: "cert role", path: "auth/c/certs/agent",
        body: ["certificate": "{anchor}", "token_policies": "agent", "token_ttl": "10m"]),
    ])
    let endpoint = try OpenBaoEndpoint(
      addresses: [OpenBaoAddress(address)], serverName: "localhost", anchors: anchors)
    let key = P256.Signing.PrivateKey()
    var request = try fixture.request(key)
    request.mount = "org"
    let issuers = try IssuedCertificate.all(in: Array((conversation.values["anchor"] ?? "").utf8))
    let check = try IssuanceCheck(request, anchors: issuers)
    let now = Int64(Date().timeIntervalSince1970)
    let wrapping = try Secret.bytes(conversation.values["mine"] ?? "")
    let signed = try await fixture.withClient(endpoint) { client in
      #expect(try await client.health()[0].health.get().state == .active)
      let secret = try await client.unwrapSecretID(wrapping, mount: "a")
      await #expect(throws: OpenBaoError.wrappingSpent) { try await client.unwrapSecretID(wrapping, mount: "a") }
      let token = try await client.logIn(.appRole(mount: "a", roleID: "the-agents", secretID: secret))
      let signed = try await client.sign(request, token: try await client.renew(token))
      try await check.verify(signed, at: now)
      try await client.revoke(token)
      await #expect(throws: OpenBaoError.badToken) { try await client.sign(request, token: token) }
      return signed
    }
    let identity = ClientIdentity(
      chain: [.certificate(try NIOSSLCertificate(bytes: signed.leaf.der, format: .der))],
      key: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.pemRepresentation.utf8), format: .pem)))
    try await fixture.withClient(endpoint, identity: identity) { client in
      let token = try await client.logIn(.certificate(mount: "c", role: "agent"))
      _ = try await client.renew(token)
      try await check.verify(try await client.sign(request, token: token), at: now)
      var other = request
      other.role = "other"
      await #expect(throws: OpenBaoError.denied(path: "org/sign/other")) {
        try await client.sign(other, token: token)
      }
    }
  }
}

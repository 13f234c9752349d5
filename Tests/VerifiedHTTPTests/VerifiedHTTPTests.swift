import AsyncHTTPClient
import Foundation
import Glibc
import NIOPosix
import NIOSSL
import TestSupport
import Testing

@testable import VerifiedHTTP

@Suite("What the rooms that ask servers share")
struct VerifiedHTTPTests {
  @Test(
    "one line of a stranger's words steers no terminal and has an end",
    arguments: [
      ("plain words", "plain words"), ("a\nb\r\tc", "a b  c"), ("\u{1b}[2J", " [2J"), ("\u{9b}2J", " 2J"),
      ("\u{202e}x", " x"), ("\u{2028}x", " x"), ("\0", " "), ("Größe", "Größe"), ("", ""),
    ])
  func oneLine(_ text: String, _ expected: String) {
    #expect(OneLine.of(text) == expected)
    #expect(OneLine.of(text + String(repeating: "e\u{301}", count: 5000)).unicodeScalars.count == 200)
    #expect(OneLine.of("abcdef", atMost: 3) == "abc")
  }

  @Test(
    "a bearer token is one of RFC 6750's, and nothing that could end a header",
    arguments: [
      ("eyJhbGciOi.e30.c2ln-_~+/=", true), ("", false), ("a b", false), ("a\r\nx: y", false), ("ä", false),
      ("a\0", false), ("\"a\"", false),
    ])
  func bearerToken(_ text: String, _ isOne: Bool) { #expect(BearerToken.isOne(Array(text.utf8)) == isOne) }

  @Test("a credential's file gives a token, certificates or a key, or says what is the matter")
  func credentialFile() throws {
    let folder = try TemporaryFolder()
    let (certificate, key) = try Self.certificate("DNS:worker-1", in: folder)
    let token = CredentialFile(path: try folder.write("abc.def\r\n", to: "token").path)
    #expect(try token.bearerToken() == "abc.def")
    #expect(try CredentialFile(path: certificate).certificates().count == 1)
    #expect(throws: Never.self) { try CredentialFile(path: key).privateKey() }
    let empty = try folder.write("\n", to: "empty").path
    let long = try folder.write(String(repeating: "a", count: (1 << 20) + 1), to: "long").path
    #expect(throws: CredentialFile.Fault(empty, "holds no bearer token")) {
      try CredentialFile(path: empty).bearerToken()
    }
    #expect(throws: CredentialFile.Fault(empty, "holds no certificate in PEM")) {
      try CredentialFile(path: empty).certificates()
    }
    #expect(throws: CredentialFile.Fault(certificate, "holds no unencrypted private key in PEM")) {
      try CredentialFile(path: certificate).privateKey()
    }
    #expect(throws: CredentialFile.Fault(long, "longer than a mebibyte")) { try CredentialFile(path: long).contents() }
    #expect(throws: CredentialFile.Fault(folder.url.path, "not a regular file")) {
      try CredentialFile(path: folder.url.path).contents()
    }
    let none = folder.url.path + "/none"
    #expect(throws: CredentialFile.Fault(none, "No such file or directory")) { try CredentialFile(path: none).stamp() }
    let before = try token.stamp()
    try FileManager.default.removeItem(atPath: token.path)
    try folder.write("abc.def\r\n", to: "token")
    #expect(try token.stamp() != before)
  }

  /// A certificate that OpenSSL made, and its key.
  static func certificate(_ names: String, in folder: TemporaryFolder) throws -> (certificate: String, key: String) {
    let (certificate, key) = (folder.url.path + "/leaf.pem", folder.url.path + "/leaf.key")
    let made = try Command([
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=worker-1", "-addext", "subjectAltName=\(names)", "-keyout", key, "-out", certificate,
    ])
    #expect(made.status == 0, "\(made.errors)")
    return (certificate, key)
  }

  @Test(
    "a certificate is for the names and addresses among its alternative names, and for no other",
    arguments: [
      ("DNS:worker-1", "worker-1", true), ("DNS:worker-1", "WORKER-1", true), ("DNS:worker-2", "worker-1", false),
      ("IP:127.0.0.1,DNS:worker-2", "worker-1", false), ("IP:127.0.0.1", "127.0.0.1", true),
      ("IP:127.0.0.2", "127.0.0.1", false), ("DNS:127.0.0.1", "127.0.0.1", false),
      ("IP:fd00::1", "fd00:0:0::1", true), ("DNS:*.example.org", "a.example.org", true),
      ("DNS:*.example.org", "a.b.example.org", false), ("DNS:*.example.org", "example.org", false),
      ("DNS:*.org", "example.org", false), ("URI:https://worker-1", "worker-1", false),
    ])
  func serverName(_ names: String, _ name: String, _ isFor: Bool) throws {
    let folder = try TemporaryFolder()
    let made = try Self.certificate(names, in: folder)
    let leaf = try #require(try CredentialFile(path: made.certificate).certificates().first)
    #expect(ServerName(text: name).isIn(leaf: try leaf.toDERBytes()) == isFor)
  }

  @Test("nobody there and a passed deadline are told apart")
  func faults() async throws {
    let tls = TLSConfiguration.verifying([])
    let client = HTTPClient(
      eventLoopGroupProvider: .singleton,
      configuration: .toOneServer(tls, name: "worker-1", at: "127.0.0.1", patience: .seconds(2)))
    let silent = try SilentPort()
    defer { withExtendedLifetime(silent) {} }
    let refused = await Self.fault(
      HTTPClientRequest(host: "worker-1", port: try FreePort.take(), path: "/"), client, .seconds(60))
    let late = await Self.fault(
      HTTPClientRequest(host: "worker-1", port: silent.port, path: "/"), client, .milliseconds(100))
    try await client.shutdown()
    #expect(refused == .connection(code: ECONNREFUSED), "\(String(describing: refused))")
    #expect(late == .deadlineExceeded, "\(String(describing: late))")
    #expect(HTTPClientRequest(host: "fd00::1", port: 8200, path: "/v1/x").url == "https://[fd00::1]:8200/v1/x")
  }

  /// A port of 127.0.0.1 that takes connections and says nothing.
  private final class SilentPort: Sendable {
    let port: Int
    private let number: Int32

    struct Fault: Error {}

    init() throws {
      number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      port = try FreePort.take()
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(port).bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard bound == 0, listen(number, 8) == 0 else { throw Fault() }
    }

    deinit { close(number) }
  }

  private static func fault(
    _ request: HTTPClientRequest, _ client: HTTPClient, _ limit: Duration
  ) async -> HTTPClientFault? {
    do throws(HTTPClientFault) {
      _ = try await HTTPAnswer(to: request, from: client, within: limit, atMost: 1)
      return nil
    } catch {
      return error
    }
  }
}

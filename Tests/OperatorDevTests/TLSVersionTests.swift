import Foundation
import TestSupport
import Testing

@testable import OperatorDev

@Suite("Connections below TLS 1.3", .serialized)
struct TLSVersionTests {
  /// Lets OpenSSL's client say HTTP/2's preface and an empty SETTINGS frame over that version, on a thread of its own.
  private func speak(_ version: String, to fixture: OperatorFixture) async throws -> Command {
    let node = try fixture.acme.issue("node-a")
    try fixture.folder.write(try node.certificatePEM, to: "node.pem")
    try fixture.folder.write(node.keyPEM, to: "node.key")
    let line =
      #"(printf 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0'; sleep 2) | "#
      + "timeout 20 openssl s_client -quiet -no_ign_eof -connect 127.0.0.1:\(try fixture.listeningPort) -\(version) -alpn h2 "
      + "-cert node.pem -key node.key 2>&1 | od -An -tx1 | tr -d ' \\n'"
    let folder = fixture.folder.url
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try Command(["sh", "-c", line], in: folder) }) }
    }
  }

  @Test("a node that speaks TLS 1.2 is cut off with its first byte, and that is said; with TLS 1.3 it is answered")
  func version() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    // The acknowledgement of the client's SETTINGS: no payload, type 4, flag ACK, stream 0.
    let acknowledgement = "000000040100000000"
    let current = try await speak("tls1_3", to: fixture)
    #expect(current.output.contains(acknowledgement), "\(current.output)")
    #expect(fixture.events(.handshakeRefused).isEmpty)
    let old = try await speak("tls1_2", to: fixture)
    #expect(!old.output.contains(acknowledgement))
    #expect(
      fixture.events(.handshakeRefused).map(\.message) == [
        "the connection is below TLS 1.3, which the license protocol asks for"
      ])
    await fixture.kill()
  }
}

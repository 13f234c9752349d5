import Crypto
import Foundation
import NIOCore
import NodeIdentity
import SecretMemory
import SwiftASN1
import TPM2
import TPMStructures
import TestSupport
import Testing
import X509

@Suite("Mutual TLS with a key in the TPM", .enabled(if: SoftwareTPM.isInstalled), .serialized, .timeLimit(.minutes(5)))
struct MutualTLSTests {
  /// A node with a key in a simulated TPM, and the issuer of its organisation.
  private struct Node {
    let software: SoftwareTPM
    let tpm: TPM
    let key: NodeKey
    let issuer: TestIssuer

    init() async throws {
      software = try SoftwareTPM()
      tpm = try TPM(TCTI(software.tcti))
      key = try await NodeTPM(tpm).makeKey()
      issuer = try TestIssuer("org-a")
    }

    func identity(_ anchors: [Certificate]) throws -> TLSIdentity {
      try TLSIdentity(try issuer.certificate(key), anchors: anchors)
    }
  }

  private static let name = "operator.example"

  /// What a server shows, and whether a client with the anchor of `platform` that dials ``name`` takes it.
  private struct Shown: Sendable {
    let what: String
    let refusal: String?
    let certificate: @Sendable (TestIssuer, TestIssuer, NodeKey) throws -> NodeCertificate
  }

  private static let shown: [Shown] = [
    Shown(what: "its own name", refusal: nil) { platform, _, key in
      try platform.certificate(key, names: [.dnsName(name)])
    },
    Shown(what: "another name beside the address that is dialled", refusal: "it does not speak for operator.example") {
      platform, _, key in
      try platform.certificate(key, names: [.dnsName("other.example"), .loopback])
    },
    Shown(what: "only the address that is dialled", refusal: "it does not speak for") { platform, _, key in
      try platform.certificate(key, names: [.loopback])
    },
    Shown(what: "no name but the common one", refusal: "its names are none") { platform, _, key in
      try platform.certificate(key)
    },
    Shown(what: "a certificate of another issuer below the same root", refusal: "from which no way leads to an anchor")
    {
      _, other, key in try other.certificate(key, names: [.dnsName(name)])
    },
    Shown(what: "a certificate of somebody with the issuer's name", refusal: "from which no way leads to an anchor") {
      platform, _, key in
      // The same name, another key.
      try TestIssuer("platform").certificate(key, names: [.dnsName(name)])
    },
    Shown(what: "an expired certificate", refusal: "CN=node-1 expired on ") { platform, _, key in
      try platform.certificate(key, names: [.dnsName(name)], notBefore: .now - 7200, notAfter: .now - 60)
    },
    Shown(what: "a certificate of tomorrow", refusal: "is not valid before") { platform, _, key in
      try platform.certificate(key, names: [.dnsName(name)], notBefore: .now + 3600, notAfter: .now + 7200)
    },
    Shown(what: "a client's certificate", refusal: "is not for") { platform, _, key in
      try NodeCertificate(
        key: key, chain: try platform.issue(key.publicKey, names: [.dnsName(name)], usages: [.clientAuth]))
    },
    Shown(what: "a certificate for nothing in particular", refusal: "extended key usage is missing") {
      platform, _, key in
      try NodeCertificate(key: key, chain: try platform.issue(key.publicKey, names: [.dnsName(name)], usages: []))
    },
  ]

  @Test("a client with its key in the TPM speaks to its operator, and to nobody who shows something else")
  func servers() async throws {
    let node = try await Node()
    let (platform, other) = (try TestIssuer("platform"), try TestIssuer("other"))
    let now: @Sendable () -> Int64 = { secondsNow }
    let clients = try PeerVerifier(anchors: [node.issuer.twin], name: .client, now: now)
    let operators = try PeerVerifier(anchors: [platform.twin], name: .dns(Self.name), now: now)
    for shown in Self.shown {
      let serverKey = try NodeKey.makeForFile()
      let refusals = TLSPeer.Refusals()
      let server = try await TLSPeer.serve(
        try TLSIdentity(try shown.certificate(platform, other, serverKey), anchors: [node.issuer.twin]), clients,
        refusals)
      let port = try #require(server.localAddress?.port)
      let identity = try node.identity([platform.twin])
      if let words = shown.refusal {
        await #expect(throws: (any Error).self, "\(shown.what)") {
          try await TLSPeer.dial(port, identity, operators, name: Self.name, refusals)
        }
        #expect(refusals.all.count == 1, "\(shown.what): \(refusals.all)")
        #expect(refusals.all.first?.hasPrefix("client: ") == true, "\(shown.what): \(refusals.all)")
        #expect(words.isEmpty || refusals.all.first?.contains(words) == true, "\(shown.what): \(refusals.all)")
      } else {
        let heard = try await TLSPeer.dial(port, identity, operators, name: Self.name, refusals)
        #expect(heard == TLSPeer.greeting && refusals.all.isEmpty, "\(shown.what): \(refusals.all)")
      }
      try await server.close().get()
    }
  }

  @Test("a server with its key in the TPM refuses clients of another issuer, and takes its own")
  func clients() async throws {
    let node = try await Node()
    let (platform, other) = (try TestIssuer("platform"), try TestIssuer("other"))
    let now: @Sendable () -> Int64 = { secondsNow }
    let refusals = TLSPeer.Refusals()
    let serving = try TLSIdentity(
      try node.issuer.certificate(node.key, names: [.dnsName(Self.name)]), anchors: [platform.twin])
    let server = try await TLSPeer.serve(
      serving, try PeerVerifier(anchors: [platform.twin], name: .client, now: now), refusals)
    let port = try #require(server.localAddress?.port)
    let verifier = try PeerVerifier(anchors: [node.issuer.twin], name: .dns(Self.name), now: now)
    for (issuer, isTaken) in [(platform, true), (other, false)] {
      let key = try NodeKey.makeForFile()
      let identity = try TLSIdentity(try issuer.certificate(key), anchors: [node.issuer.twin])
      if isTaken {
        #expect(try await TLSPeer.dial(port, identity, verifier, name: Self.name, refusals) == TLSPeer.greeting)
      } else {
        await #expect(throws: (any Error).self) {
          try await TLSPeer.dial(port, identity, verifier, name: Self.name, refusals)
        }
      }
    }
    #expect(refusals.all.count == 1 && refusals.all[0].contains("from which no way leads to an anchor"))
    try await server.close().get()
  }

  @Test("OpenSSL verifies a server whose key is in the TPM, chain, name and handshake")
  func openSSL() async throws {
    let node = try await Node()
    let refusals = TLSPeer.Refusals()
    let server = try await TLSPeer.serve(
      try TLSIdentity(
        try node.issuer.certificate(node.key, names: [.dnsName(Self.name)]), anchors: [node.issuer.twin]),
      try PeerVerifier(anchors: [node.issuer.twin], name: .client, now: { secondsNow }), refusals)
    let port = try #require(server.localAddress?.port)
    let folder = try TemporaryFolder()
    let anchor = try folder.write(try node.issuer.twin.serializeAsPEM().pemString, to: "anchor.pem")
    let words = [
      "openssl", "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", anchor.path, "-verify_return_error",
      "-verify_hostname", Self.name, "-servername", Self.name, "-brief",
    ]
    let spoken = try await OwnThread.run { try Command(words, seconds: 20) }
    let said = spoken.output + spoken.errors
    #expect(said.contains("Verification: OK") && said.contains("Verified peername: \(Self.name)"), "\(said)")
    #expect(said.contains("TLSv1.3") && said.contains("ecdsa_secp256r1_sha256") || said.contains("ECDSA"), "\(said)")
    try await server.close().get()
  }

  @Test("the TPM restarts between two handshakes, and the next one succeeds")
  func restarted() async throws {
    let node = try await Node()
    let platform = try TestIssuer("platform")
    let refusals = TLSPeer.Refusals()
    let now: @Sendable () -> Int64 = { secondsNow }
    let server = try await TLSPeer.serve(
      try TLSIdentity(
        try platform.certificate(try NodeKey.makeForFile(), names: [.dnsName(Self.name)]), anchors: [node.issuer.twin]),
      try PeerVerifier(anchors: [node.issuer.twin], name: .client, now: now), refusals)
    let port = try #require(server.localAddress?.port)
    let verifier = try PeerVerifier(anchors: [platform.twin], name: .dns(Self.name), now: now)
    let identity = try node.identity([platform.twin])
    for restarts in 0..<3 {
      if restarts > 0 { try node.software.restart() }
      let heard = try await TLSPeer.dial(port, identity, verifier, name: Self.name, refusals)
      #expect(heard == TLSPeer.greeting, "\(restarts)")
    }
    // While it is gone, the handshake fails, and does not hang.
    node.software.kill()
    await #expect(throws: (any Error).self) {
      try await TLSPeer.dial(port, identity, verifier, name: Self.name, refusals)
    }
    try await server.close().get()
  }

  @Test("an anchor that is not self-signed is refused: it would anchor nothing, or all that the root signed")
  func anchors() throws {
    let issuer = try TestIssuer("org-a")
    for anchors in [[], [issuer.certificate], [issuer.twin, issuer.certificate]] {
      #expect(throws: NodeIdentityError.self) {
        try PeerVerifier(anchors: anchors, name: .client, now: { secondsNow })
      }
    }
    let other = try TestIssuer("org-b")
    #expect(throws: NodeIdentityError.certificate("it is not the certificate of this node's key")) {
      try NodeCertificate(key: try NodeKey.makeForFile(), chain: [other.twin])
    }
  }
}

/// A thread for a call that waits: it must not hold one of the few that Swift's tasks run on.
private enum OwnThread {
  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }
}

import Crypto
import Foundation
import NIOSSL
import OpenBao
import SwiftASN1
import Synchronization
import TestSupport
import Testing
import X509

@testable import OpenBaoDouble

extension ClientTests {
  /// `Fixtures/openbao-2.6.2.json` is what the real program answered. The double is held against it everywhere, and the
  /// real program again where there is one (`LL_BAO`), which also writes it (`LL_RECORD_BAO=FILE`).
  @Suite("OpenBao's double answers as OpenBao was recorded")
  struct Conversations {
    static func recorded() throws -> [Conversation.Outcome] {
      let file = SharedFolder.checkout.appendingPathComponent("Tests/OpenBaoTests/Fixtures/openbao-2.6.2.json")
      return try JSONDecoder().decode([Conversation.Outcome].self, from: Data(contentsOf: file))
    }

    static func compare(_ outcomes: [Conversation.Outcome], _ recorded: [Conversation.Outcome]) {
      #expect(outcomes.map(\.name) == recorded.map(\.name))
      for (given, wanted) in zip(outcomes, recorded) {
        #expect(given.status == wanted.status, "\(given.name)")
        #expect(given.errors == wanted.errors, "\(given.name)")
        #expect(given.members == wanted.members, "\(given.name)")
      }
    }

    /// What the steps are filled with, but for the server's own.
    static func values(_ demo: OpenBaoDemo) throws -> [String: String] {
      let forger = P256.Signing.PrivateKey()
      let good = try demo.serviceAccountToken()
      let parts = good.split(separator: ".")
      let signature = try forger.signature(for: Data(parts[0...1].joined(separator: ".").utf8)).rawRepresentation
      let forged = Data(signature).base64EncodedString().replacingOccurrences(of: "+", with: "-")
        .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
      let authority = try DemoAuthority("org-acme")
      var values = [
        "good": good, "forged": "\(parts[0]).\(parts[1]).\(forged)",
        "expired": try demo.serviceAccountToken(lifetime: -600),
        "other_audience": try demo.serviceAccountToken(audience: "other"),
        "other_namespace": try demo.serviceAccountToken(namespace: "other"),
        "other_account": try demo.serviceAccountToken(name: "other"), "bundle": try authority.bundle,
        "anchor": try authority.twin.serializeAsPEM().pemString,
        "pem_key": try String(contentsOfFile: demo.path("service-account.pub"), encoding: .utf8),
      ]
      let name = "worker-1.acme.example"
      for (key, commonName, names) in [
        ("csr", name, [.dnsName(name), .uniformResourceIdentifier("lowlayer://\(name)/fingerprint/00")]),
        ("csr_uri", name, [.uniformResourceIdentifier("https://\(name)/")]), ("csr_name", "worker-1.example", []),
        ("csr_address", name, [.ipAddress(ASN1OctetString(contentBytes: [10, 0, 0, 1]))]),
        ("csr_mail", name, [.rfc822Name("a@acme.example")]), ("csr_nameless", nil, [.dnsName(name)]),
      ] as [(String, String?, [GeneralName])] {
        values[key] = try CertificateSigningRequest(
          version: .v1,
          subject: commonName.map { text in try DistinguishedName { CommonName(text) } }
            ?? DistinguishedName { OrganizationName("x") },
          privateKey: .init(P256.Signing.PrivateKey()),
          attributes: .init([
            .init(ExtensionRequest(extensions: .init { if !names.isEmpty { SubjectAlternativeNames(names) } }))
          ]), signatureAlgorithm: .ecdsaWithSHA256
        ).serializeAsPEM().pemString
      }
      return values
    }

    @Test("statuses, words and members are the recorded ones")
    func double() async throws {
      let fixture = try await Fixture()
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(fixture.demo.serverAnchors))
      let login = fixture.demo.path("administrator.pem")
      tls.certificateChain = try NIOSSLCertificate.fromPEMFile(login).map { .certificate($0) }
      tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: login, format: .pem))
      let administrator = try HTTPSClient(tls: tls, serverName: OpenBaoDemo.serverName)
      let reply = try await administrator.send(
        HTTPCall(method: "POST", target: "/v1/auth/cert/login", body: Array("{\"name\":\"administrator\"}".utf8)),
        to: fixture.demo.address)
      var values = try Self.values(fixture.demo)
      values["root"] = reply.json[key: "auth"][key: "client_token"].text
      values["reviewer"] = "https://127.0.0.1:1"
      tls.certificateChain = []
      tls.privateKey = nil
      let client = try HTTPSClient(tls: tls, serverName: OpenBaoDemo.serverName)
      let address = fixture.demo.address
      var conversation = Conversation(values: values) { try await client.send($0, to: address) }
      Self.compare(try await conversation.run(Conversation.steps), try Self.recorded())
      await fixture.demo.stop()
    }

    @Test(
      "RealOpenBao: answers as it was recorded, and takes our client's logins, requests and renewals",
      .enabled(if: ProcessInfo.processInfo.environment["LL_BAO"] != nil, "LL_BAO names no bao"))
    func real() async throws {
      let fixture = try await Fixture()
      let real = try await RealOpenBao(fixture.folder)
      let reviewer = try await TokenReviewer(takes: [])
      var values = try Self.values(fixture.demo)
      reviewer.accepted.withLock { $0 = [values["good"] ?? ""] }
      values["root"] = RealOpenBao.token
      values["reviewer"] = "http://127.0.0.1:\(reviewer.port)"
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(real.anchors))
      let client = try HTTPSClient(tls: tls, serverName: "localhost")
      let address = real.address
      var conversation = Conversation(values: values) { try await client.send($0, to: address) }
      let outcomes = try await conversation.run(Conversation.steps)
      if let file = ProcessInfo.processInfo.environment["LL_RECORD_BAO"] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(outcomes) + Data("\n".utf8)).write(to: URL(fileURLWithPath: file))
      }
      Self.compare(outcomes, try Self.recorded())
      try await real.serve(fixture, conversation)
      try await reviewer.close()
      real.stop()
      await fixture.demo.stop()
    }
  }
}

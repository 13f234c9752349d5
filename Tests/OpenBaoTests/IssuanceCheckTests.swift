import Crypto
import Foundation
import OpenBao
import OpenBaoDouble
import PKI
import Testing
import X509

extension ClientTests {
  @Suite("OpenBao's client: a certificate is taken only when it is what was asked for")
  struct Issuance {
    private static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    private static func reasons(
      _ check: IssuanceCheck, _ signed: SignedCertificate, at now: Int64 = Self.now
    ) async -> [String] {
      do throws(OpenBaoError) {
        try await check.verify(signed, at: now)
        return []
      } catch {
        guard case .certificateRefused(let reasons) = error else { return ["\(error)"] }
        return reasons
      }
    }

    @Test("another key, other names, another issuer and another time are refused, each in its words")
    func refusals() async throws {
      let fixture = try await Fixture()
      let key = P256.Signing.PrivateKey()
      let request = try fixture.request(key)
      let (_, signed) = try await fixture.identity(key)
      let anchors = try fixture.anchors()
      #expect(await Self.reasons(try IssuanceCheck(request, anchors: anchors), signed).isEmpty)
      #expect(signed.presented.count == 2)
      let cases: [(SigningRequest, [IssuedCertificate], Int64, String)] = [
        (try fixture.request(P256.Signing.PrivateKey()), anchors, Self.now, "it is for another key than ours"),
        (
          try fixture.request(key, commonName: "worker-2.acme.example"), anchors, Self.now,
          "its common name is not worker-2.acme.example"
        ),
        (
          try fixture.request(key, names: [.dnsName("extra.acme.example")]), anchors, Self.now,
          "it lacks the name extra.acme.example"
        ),
        (
          try fixture.request(key, names: [.uniformResourceIdentifier("lowlayer://x.acme.example/fingerprint/1")]),
          anchors, Self.now, "it lacks the URI lowlayer://x.acme.example/fingerprint/1"
        ),
        (request, try fixture.anchors("other"), Self.now, "not among the anchors"),
        (request, anchors, Self.now + 40 * 86_400, "expired"),
        (request, anchors, Self.now - 3000, "is this node's clock slow?"),
      ]
      for (request, anchors, time, words) in cases {
        let reasons = await Self.reasons(try IssuanceCheck(request, anchors: anchors), signed, at: time)
        #expect(reasons.contains { $0.contains(words) }, "\(words): \(reasons)")
      }
      await fixture.demo.stop()
    }

    @Test("a certificate that is good but for this node's clock: that is told apart, and by how much")
    func clock() async throws {
      let fixture = try await Fixture()
      let key = P256.Signing.PrivateKey()
      let (_, signed) = try await fixture.identity(key)
      let check = try IssuanceCheck(try fixture.request(key), anchors: try fixture.anchors())
      let (early, late) = (signed.leaf.notBefore - 7200, signed.leaf.notAfter + 2 * 86_400)
      await #expect(throws: OpenBaoError.clockDiffers(seconds: 7200)) { try await check.verify(signed, at: early) }
      await #expect(throws: OpenBaoError.clockDiffers(seconds: -2 * 86_400)) {
        try await check.verify(signed, at: late)
      }
      // What is wrong besides comes first: another time would not help.
      let strict = try IssuanceCheck(try fixture.request(key), anchors: try fixture.anchors("other"))
      let reasons = await Self.reasons(strict, signed, at: early)
      #expect(reasons.contains { $0.contains("not among the anchors") }, "\(reasons)")
      #expect(
        OpenBaoError.clockDiffers(seconds: 7200).description
          == "the certificate that OpenBao issued is valid only in 2 h: is this node's clock slow?")
      #expect(
        OpenBaoError.clockDiffers(seconds: -2 * 86_400).description
          == "the certificate that OpenBao issued had expired 2 days before it came: is this node's clock fast?")
      await fixture.demo.stop()
    }

    @Test("a URI without a host, which an organisation's authority may not sign, is refused by name")
    func urn() async throws {
      let fixture = try await Fixture()
      let key = P256.Signing.PrivateKey()
      let request = try fixture.request(key, names: [.uniformResourceIdentifier("urn:lowlayer:fingerprint:00ff")])
      try await fixture.withClient { client in
        let signed = try await client.sign(request, token: try await client.logIn(try fixture.kubernetes()))
        let reasons = await Self.reasons(try IssuanceCheck(request, anchors: fixture.anchors()), signed)
        #expect(reasons.contains { $0.contains("org-acme may not sign for the URI urn:lowlayer:fingerprint:00ff") })
      }
      await fixture.demo.stop()
    }

    @Test("a request that is none is a configuration's fault")
    func noRequest() async throws {
      let request = SigningRequest(mount: "pki", role: "agent", csr: [1, 2, 3])
      #expect(throws: OpenBaoError.self) { try IssuanceCheck(request, anchors: []) }
    }
  }
}

import Crypto
import Foundation
import NIOSSL
import OpenBao
import OpenBaoDouble
import PKI
import TestSupport
import Testing

extension ClientTests {
  @Suite("OpenBao's client: enrolling a node")
  struct Enrolling {
    private static let now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }

    private static func settings(_ fixture: Fixture, appRole: Bool = true) -> EnrollmentSettings {
      EnrollmentSettings(
        certificate: .init(role: "agent-acme"),
        kubernetes: .init(role: "agent-acme", tokenFile: fixture.path("token"), audience: OpenBaoDemo.audience),
        appRole: appRole ? .init(roleID: "agent-acme", wrappingFile: fixture.path("wrapped")) : nil,
        issuerAnchors: fixture.demo.anchors(of: "acme"))
    }

    @Test("first by token, then by the certificate that it gave, without the token")
    func firstAndNext() async throws {
      let fixture = try await Fixture()
      let enrollment = Enrollment(Self.settings(fixture), now: Self.now)
      let key = P256.Signing.PrivateKey()
      let request = try fixture.request(key)
      let error = await #expect(throws: OpenBaoError.self) {
        try await fixture.withClient { try await enrollment.issue(request, from: $0, certificate: .none) }
      }
      guard case .nothingToLogInWith(let reasons) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(reasons.count == 3)
      #expect(error?.retry == .later)
      try fixture.folder.write(try fixture.demo.serviceAccountToken() + "\n", to: "token")
      _ = try await fixture.withClient { try await enrollment.issue(request, from: $0, certificate: .none) }
      try FileManager.default.removeItem(atPath: fixture.path("token"))
      let (identity, signed) = try await fixture.identity(key)
      let renewed = try await fixture.withClient(identity: identity) {
        try await enrollment.issue(
          try fixture.request(P256.Signing.PrivateKey(), commonName: Fixture.node), from: $0,
          certificate: .lifetime(notBefore: signed.leaf.notBefore, notAfter: signed.leaf.notAfter))
      }
      #expect(renewed.leaf.serial != signed.leaf.serial)
      await fixture.demo.stop()
    }

    @Test("off for a month: certificate and token have ended, and it recovers when the kubelet has replaced the token")
    func offForAMonth() async throws {
      let fixture = try await Fixture()
      let key = P256.Signing.PrivateKey()
      let (identity, signed) = try await fixture.identity(key, lifetime: .seconds(1))
      try fixture.folder.write(try fixture.demo.serviceAccountToken(lifetime: -31 * 86_400), to: "token")
      let enrollment = Enrollment(Self.settings(fixture, appRole: false), now: Self.now)
      try await Task.sleep(for: .seconds(2))
      let lifetime = EnrollmentFacts.Certificate.lifetime(
        notBefore: signed.leaf.notBefore, notAfter: signed.leaf.notAfter)
      let request = try fixture.request(key)
      try await fixture.withClient(identity: identity) { client in
        let error = await #expect(throws: OpenBaoError.self) {
          try await enrollment.issue(request, from: client, certificate: lifetime)
        }
        #expect(error?.description.contains("the service account's token expired 31 days ago") == true)
        #expect(error?.description.contains("the node's certificate expired") == true)
        // Also a clock that thinks otherwise changes nothing: OpenBao refuses, and the next login is tried.
        let slow = Enrollment(Self.settings(fixture, appRole: false), now: { signed.leaf.notBefore })
        let refused = await #expect(throws: OpenBaoError.self) {
          try await slow.issue(request, from: client, certificate: lifetime)
        }
        #expect(
          refused?.description.contains("the certificate is expired") == true, "\(String(describing: refused))")
        try fixture.folder.write(try fixture.demo.serviceAccountToken(), to: "token")
        _ = try await enrollment.issue(request, from: client, certificate: lifetime)
      }
      await fixture.demo.stop()
    }

    @Test("a secret id outlives the program that unwrapped it, until it is used")
    func secretIDAfterKill() async throws {
      let fixture = try await Fixture()
      var settings = Self.settings(fixture)
      (settings.certificate, settings.kubernetes) = (nil, nil)
      let file = fixture.path("secret-id")
      settings.appRole?.secretIDFile = file
      let request = try fixture.request(P256.Signing.PrivateKey())
      try fixture.folder.write(try await fixture.demo.wrappedSecretID(of: "acme"), to: "wrapped")
      try await fixture.withClient { client in
        try fixture.faults("auth/approle/login 503")
        let first = Enrollment(settings, now: Self.now)
        await #expect(throws: OpenBaoError.sealed) {
          try await first.issue(request, from: client, certificate: .notConfigured)
        }
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try fixture.faults("")
        // Another program: it knows nothing but what is in files.
        let second = Enrollment(settings, now: Self.now)
        #expect(await second.facts(certificate: .notConfigured).secretID == .unwrapped)
        _ = try await second.issue(request, from: client, certificate: .notConfigured)
        #expect(!FileManager.default.fileExists(atPath: file))
        // One that OpenBao does not take is forgotten, and the wrapping token is looked at again.
        try Data("no-such-secret".utf8).write(to: URL(fileURLWithPath: file))
        let third = Enrollment(settings, now: Self.now)
        _ = await #expect(throws: OpenBaoError.self) {
          try await third.issue(request, from: client, certificate: .notConfigured)
        }
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(await third.facts(certificate: .notConfigured).secretID == .wrapped)
      }
      await fixture.demo.stop()
    }

    @Test("a secret id is unwrapped once, kept over a fault, and asked for anew when it is used up")
    func secretID() async throws {
      let fixture = try await Fixture()
      var settings = Self.settings(fixture)
      settings.certificate = nil
      settings.kubernetes = nil
      let enrollment = Enrollment(settings, now: Self.now)
      let request = try fixture.request(P256.Signing.PrivateKey())
      try fixture.folder.write(try await fixture.demo.wrappedSecretID(of: "acme"), to: "wrapped")
      try await fixture.withClient { client in
        try fixture.faults("auth/approle/login 503")
        await #expect(throws: OpenBaoError.sealed) {
          try await enrollment.issue(request, from: client, certificate: .notConfigured)
        }
        #expect(await enrollment.facts(certificate: .notConfigured).secretID == .unwrapped)
        try fixture.faults("")
        _ = try await enrollment.issue(request, from: client, certificate: .notConfigured)
        let used = await #expect(throws: OpenBaoError.self) {
          try await enrollment.issue(request, from: client, certificate: .notConfigured)
        }
        #expect(used?.description.contains("hand out a new wrapped one") == true)
        guard case .spent = await enrollment.facts(certificate: .notConfigured).secretID else {
          Issue.record("it would be tried again")
          return
        }
        try fixture.folder.write(try await fixture.demo.wrappedSecretID(of: "acme"), to: "wrapped")
        _ = try await enrollment.issue(request, from: client, certificate: .notConfigured)
        // Somebody else was first.
        let stolen = try await fixture.demo.wrappedSecretID(of: "acme")
        _ = try await client.unwrapSecretID(try Secret.bytes(stolen), mount: "approle")
        try fixture.folder.write(stolen, to: "wrapped")
        let second = Enrollment(settings, now: Self.now)
        let error = await #expect(throws: OpenBaoError.self) {
          try await second.issue(request, from: client, certificate: .notConfigured)
        }
        #expect(error?.description.contains("somebody else has the secret id: revoke it") == true)
      }
      await fixture.demo.stop()
    }

    @Test("a certificate of an issuer that is no anchor yet is refused, and taken once its anchor is in the file")
    func issuerRotation() async throws {
      let fixture = try await Fixture()
      var settings = Self.settings(fixture)
      settings.issuerAnchors = fixture.path("issuers.pem")
      let other = try String(contentsOfFile: fixture.demo.anchors(of: "other"), encoding: .utf8)
      let acme = try String(contentsOfFile: fixture.demo.anchors(of: "acme"), encoding: .utf8)
      try fixture.folder.write(other, to: "issuers.pem")
      try fixture.folder.write(try fixture.demo.serviceAccountToken(), to: "token")
      let enrollment = Enrollment(settings, now: Self.now)
      let request = try fixture.request(P256.Signing.PrivateKey())
      try await fixture.withClient { client in
        let error = await #expect(throws: OpenBaoError.self) {
          try await enrollment.issue(request, from: client, certificate: .none)
        }
        guard case .certificateRefused = error else {
          Issue.record("\(String(describing: error))")
          return
        }
        #expect(error?.retry == .never)
        try fixture.folder.write(other + acme, to: "issuers.pem")
        _ = try await enrollment.issue(request, from: client, certificate: .none)
      }
      await fixture.demo.stop()
    }

    @Test("one server is gone and another cannot judge the certificate: the token logs in")
    func faultAtOneServer() async throws {
      let fixture = try await Fixture()
      let key = P256.Signing.PrivateKey()
      let (identity, signed) = try await fixture.identity(key)
      try fixture.folder.write(try fixture.demo.serviceAccountToken() + "\n", to: "token")
      try fixture.faults("auth/cert/login 500")
      let enrollment = Enrollment(Self.settings(fixture, appRole: false), now: Self.now)
      let gone = OpenBaoAddress(host: "127.0.0.1", port: try FreePort.take())
      for addresses in [[gone, try fixture.address], [try fixture.address, gone]] {
        let endpoint = try fixture.endpoint(addresses)
        _ = try await fixture.withClient(endpoint, identity: identity) {
          try await enrollment.issue(
            try fixture.request(key), from: $0,
            certificate: .lifetime(notBefore: signed.leaf.notBefore, notAfter: signed.leaf.notAfter))
        }
      }
      await fixture.demo.stop()
    }

    @Test("a server's fault is no reason to try another login")
    func sealed() async throws {
      let fixture = try await Fixture()
      try fixture.folder.write(try fixture.demo.serviceAccountToken(), to: "token")
      try fixture.folder.write(try await fixture.demo.wrappedSecretID(of: "acme"), to: "wrapped")
      try fixture.faults("auth/kubernetes 503")
      let enrollment = Enrollment(Self.settings(fixture), now: Self.now)
      try await fixture.withClient { client in
        await #expect(throws: OpenBaoError.sealed) {
          try await enrollment.issue(try fixture.request(P256.Signing.PrivateKey()), from: client, certificate: .none)
        }
        #expect(await enrollment.facts(certificate: .none).secretID == .wrapped)
      }
      await fixture.demo.stop()
    }
  }
}

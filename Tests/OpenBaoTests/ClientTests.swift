import Crypto
import Foundation
import OpenBao
import OpenBaoDouble
import PKI
import SecretMemory
import TestSupport
import Testing

/// Everything that starts servers runs one after the other: two cores, and deadlines.
@Suite("OpenBao's client", .serialized)
struct ClientTests {}

extension ClientTests {
  @Suite("OpenBao's client: logins and signing")
  struct Logins {
    @Test("a service account's token leads to a certificate that OpenSSL takes, and the token is ended")
    func kubernetes() async throws {
      let fixture = try await Fixture()
      let key = P256.Signing.PrivateKey()
      try await fixture.withClient { client in
        let token = try await client.logIn(try fixture.kubernetes())
        #expect(token.policies == ["agent-acme", "default"])
        #expect(token.lease == .seconds(600))
        let request = try fixture.request(key)
        let signed = try await client.sign(request, token: token)
        try await IssuanceCheck(request, anchors: fixture.anchors()).verify(
          signed, at: Int64(Date().timeIntervalSince1970))
        let leaf = try fixture.folder.write(String(decoding: signed.leaf.pem, as: UTF8.self), to: "leaf.pem")
        let openssl = try Command([
          "openssl", "verify", "-purpose", "sslclient", "-CAfile", fixture.demo.anchors(of: "acme"), leaf.path,
        ])
        #expect(openssl.status == 0, "\(openssl.output)\(openssl.errors)")
        let renewed = try await client.renew(token)
        #expect(renewed.lease == .seconds(600))
        try await client.revoke(renewed)
        try await client.revoke(renewed)
        await #expect(throws: OpenBaoError.badToken) { try await client.sign(request, token: token) }
      }
      await fixture.demo.stop()
    }

    @Test("the certificate that was issued logs in, is shown again for the renewal, and to nobody else")
    func certificate() async throws {
      let fixture = try await Fixture()
      let key = P256.Signing.PrivateKey()
      let (identity, _) = try await fixture.identity(key)
      try await fixture.withClient(identity: identity) { client in
        let token = try await client.logIn(.certificate(mount: "cert", role: "agent-acme"))
        _ = try await client.renew(token)
        _ = try await client.sign(try fixture.request(key), token: token)
        // Its issuer is not that role's.
        await #expect(throws: OpenBaoError.self) {
          try await client.logIn(.certificate(mount: "cert", role: "agent-other"))
        }
      }
      try await fixture.withClient { client in
        await #expect(throws: OpenBaoError.configuration("no client certificate to log in with")) {
          try await client.logIn(.certificate(mount: "cert", role: nil))
        }
      }
      await fixture.demo.stop()
    }

    @Test("a wrapped secret id is unwrapped once; a second time, and one from elsewhere, are told apart")
    func appRole() async throws {
      let fixture = try await Fixture()
      try await fixture.withClient { client in
        let wrapping = try Secret.bytes(try await fixture.demo.wrappedSecretID(of: "acme"))
        let secretID = try await client.unwrapSecretID(wrapping, mount: "approle")
        _ = try await client.logIn(.appRole(mount: "approle", roleID: "agent-acme", secretID: secretID))
        await #expect(throws: OpenBaoError.wrappingSpent) {
          try await client.unwrapSecretID(wrapping, mount: "approle")
        }
        // It was good for one login.
        await #expect(throws: OpenBaoError.loginRefused(.appRole, status: 400, ["invalid role or secret ID"])) {
          try await client.logIn(.appRole(mount: "approle", roleID: "agent-acme", secretID: secretID))
        }
        let swapped = try await fixture.demo.server.administer(
          "GET", "auth/approle/role/agent-acme/role-id", wrapSeconds: 60)
        let foreign = try Secret.bytes(swapped[key: "wrap_info"][key: "token"].text ?? "")
        await #expect(throws: OpenBaoError.wrappingForeign("auth/approle/role/agent-acme/role-id")) {
          try await client.unwrapSecretID(foreign, mount: "approle")
        }
      }
      await fixture.demo.stop()
    }

    struct Refused: Sendable {
      var role = "agent-acme"
      var audience = OpenBaoDemo.audience
      var lifetime = 600
      var status: Int
      var words: String
    }

    @Test(
      "a refused token is refused in words that say what to do",
      arguments: [
        Refused(audience: "https://kubernetes.default.svc", status: 403, words: "audience is not the one of the role"),
        Refused(
          lifetime: -100, status: 403, words: "the kubelet replaces the projected token; is this node's clock right?"),
        Refused(role: "nobody", status: 400, words: "there is no such role"),
      ])
    func refused(_ refused: Refused) async throws {
      let fixture = try await Fixture()
      try await fixture.withClient { client in
        let error = await #expect(throws: OpenBaoError.self) {
          try await client.logIn(
            try fixture.kubernetes(role: refused.role, audience: refused.audience, lifetime: refused.lifetime))
        }
        guard case .loginRefused(.kubernetes, refused.status, _) = error else {
          Issue.record("\(String(describing: error))")
          return
        }
        #expect(error?.description.contains(refused.words) == true, "\(String(describing: error))")
      }
      await fixture.demo.stop()
    }

    @Test("what another organisation's token asks for is denied, and a missing mount and namespace are named")
    func denied() async throws {
      let fixture = try await Fixture()
      try await fixture.withClient { client in
        let token = try await client.logIn(try fixture.kubernetes(role: "agent-other"))
        await #expect(throws: OpenBaoError.denied(path: "pki-org-acme/sign/agent")) {
          try await client.sign(try fixture.request(P256.Signing.PrivateKey()), token: token)
        }
      }
      try await fixture.withClient(try fixture.endpoint(namespace: "nowhere")) { client in
        await #expect(throws: OpenBaoError.noNamespace("nowhere")) { try await client.logIn(try fixture.kubernetes()) }
      }
      await fixture.demo.stop()
    }

    @Test("in a namespace everything happens in that namespace")
    func namespace() async throws {
      let fixture = try await Fixture()
      let server = fixture.demo.server
      _ = try await server.administer("POST", "sys/namespaces/acme")
      for (path, body) in [
        ("sys/auth/approle", ["type": "approle"]), ("auth/approle/role/agent", ["token_policies": "default"]),
        ("auth/approle/role/agent/role-id", ["role_id": "inside"]),
      ] as [(String, JSONValue)] {
        _ = try await server.administer("POST", path, body, namespace: "acme")
      }
      let made = try await server.administer(
        "POST", "auth/approle/role/agent/secret-id", namespace: "acme", wrapSeconds: 60)
      let wrapping = try Secret.bytes(made[key: "wrap_info"][key: "token"].text ?? "")
      try await fixture.withClient(try fixture.endpoint(namespace: "acme")) { client in
        let secret = try await client.unwrapSecretID(wrapping, mount: "approle")
        let token = try await client.logIn(.appRole(mount: "approle", roleID: "inside", secretID: secret))
        _ = try await client.renew(token)
        try await fixture.withClient { outside in
          await #expect(throws: OpenBaoError.self) {
            try await outside.logIn(.appRole(mount: "approle", roleID: "inside", secretID: secret))
          }
        }
      }
      await fixture.demo.stop()
    }

    @Test("health tells the server's state, version and clock")
    func health() async throws {
      let fixture = try await Fixture()
      let nobody = OpenBaoAddress(host: "127.0.0.1", port: try FreePort.take())
      try await fixture.withClient(try fixture.endpoint([try fixture.address, nobody])) { client in
        let asked = Int64(Date().timeIntervalSince1970)
        let found = await client.health()
        let health = try found[0].health.get()
        #expect(health.state == .active)
        #expect(health.version == "2.6.2")
        #expect((asked...Int64(Date().timeIntervalSince1970)).contains(health.time))
        guard case .failure(.unreachable) = found[1].health else {
          Issue.record("\(found[1])")
          return
        }
      }
      await fixture.demo.stop()
    }
  }
}

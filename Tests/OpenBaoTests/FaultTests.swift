import Crypto
import Foundation
import OpenBao
import OpenBaoDouble
import TestSupport
import Testing

extension ClientTests {
  @Suite("OpenBao's client: faults")
  struct Faults {
    struct Fault: Sendable, CustomStringConvertible {
      var action: String
      var expected: OpenBaoError
      var retry: OpenBaoError.Retry = .later
      var description: String { action }
    }

    static let faults: [Fault] = [
      Fault(action: "503", expected: .sealed),
      Fault(action: "501", expected: .uninitialised),
      Fault(action: "473", expected: .standby),
      Fault(action: "472", expected: .standby),
      Fault(action: "429", expected: .rateLimited(seconds: nil)),
      Fault(action: "500", expected: .failing(status: 500, "internal error")),
      Fault(action: "502", expected: .failing(status: 502, "")),
      Fault(action: "403", expected: .denied(path: "pki-org-acme/sign/agent"), retry: .never),
      Fault(action: "404", expected: .notFound(path: "pki-org-acme/sign/agent", []), retry: .never),
      Fault(action: "418", expected: .refused(status: 418, []), retry: .never),
      Fault(action: "hang", expected: .deadlineExceeded),
      Fault(action: "slow=0.2", expected: .deadlineExceeded),
      Fault(action: "delay=60", expected: .deadlineExceeded),
      Fault(action: "html", expected: .malformed("status 200 with the content type \"text/html\"")),
      Fault(action: "binary", expected: .malformed("it is no JSON")),
      Fault(action: "huge", expected: .tooLarge(limit: 1 << 20)),
      Fault(
        action: "redirect=https://127.0.0.1:1",
        expected: .redirected("https://127.0.0.1:1/v1/pki-org-acme/sign/agent"), retry: .never),
      Fault(
        action: "redirect=http://127.0.0.1:1",
        expected: .redirected("http://127.0.0.1:1/v1/pki-org-acme/sign/agent"), retry: .never),
    ]

    @Test("each answer of a server that cannot sign is told apart, and a later one is good again")
    func told() async throws {
      let fixture = try await Fixture()
      let request = try fixture.request(P256.Signing.PrivateKey())
      try await fixture.withClient(try fixture.endpoint(patience: .seconds(4))) { client in
        let token = try await client.logIn(try fixture.kubernetes())
        for fault in Self.faults {
          try fixture.faults("pki-org-acme/ \(fault.action)")
          let error = await #expect(throws: OpenBaoError.self, "\(fault)") {
            try await client.sign(request, token: token)
          }
          #expect(error == fault.expected)
          #expect(error?.retry == fault.retry, "\(fault)")
        }
        try fixture.faults("pki-org-acme/ truncate")
        let broken = await #expect(throws: OpenBaoError.self) { try await client.sign(request, token: token) }
        guard case .broken = broken else {
          Issue.record("\(String(describing: broken))")
          return
        }
        try fixture.faults("")
        _ = try await client.sign(request, token: token)
      }
      await fixture.demo.stop()
    }

    @Test("whatever answers with another body than OpenBao's, no byte of a token comes into the words")
    func words() async throws {
      let fixture = try await Fixture()
      try fixture.faults("auth/kubernetes/login truncate")
      try await fixture.withClient { client in
        let error = await #expect(throws: OpenBaoError.self) { try await client.logIn(try fixture.kubernetes()) }
        #expect(error?.description.contains("s.") == false)
      }
      await fixture.demo.stop()
    }

    @Test("the next server is asked where one cannot, and stays the first; a refusal is not asked twice")
    func failover() async throws {
      let fixture = try await Fixture()
      let second = try await Fixture()
      // The same anchors: each has an authority of its own.
      let both = try fixture.folder.write(
        String(contentsOfFile: fixture.demo.serverAnchors, encoding: .utf8)
          + String(contentsOfFile: second.demo.serverAnchors, encoding: .utf8), to: "both.pem")
      var endpoint = try fixture.endpoint([
        OpenBaoAddress(host: "127.0.0.1", port: try FreePort.take()), try fixture.address, try second.address,
      ])
      endpoint.anchors = both.path
      try fixture.faults("* 503")
      try await fixture.withClient(endpoint) { client in
        let token = try await client.logIn(try second.kubernetes())
        #expect(token.policies == ["agent-acme", "default"])
        try second.faults("* 503")
        let error = await #expect(throws: OpenBaoError.self) { try await client.logIn(try second.kubernetes()) }
        guard case .noServer(let faults) = error else {
          Issue.record("\(String(describing: error))")
          return
        }
        #expect(faults.map(\.address) == [endpoint.addresses[2], endpoint.addresses[0], endpoint.addresses[1]])
        #expect(faults.map(\.error) == [.sealed, faults[1].error, .sealed])
        #expect(error?.retry == .later)
        // A login with a secret id that may be good once is not repeated where nobody knows what became of it.
        try second.faults("auth/approle/login hang")
        let secret = try Secret.bytes("x")
        var patient = endpoint
        patient.addresses = [try second.address, try fixture.address]
        patient.patience = .seconds(4)
        try await fixture.withClient(patient) { client in
          await #expect(throws: OpenBaoError.deadlineExceeded) {
            try await client.logIn(.appRole(mount: "approle", roleID: "agent-acme", secretID: secret))
          }
        }
      }
      await second.demo.stop()
      await fixture.demo.stop()
    }

    @Test("a used up quota is not got around at the next server, and is what is said behind another server's fault")
    func quota() async throws {
      let fixture = try await Fixture()
      let second = try await Fixture()
      let both = try fixture.folder.write(
        String(contentsOfFile: fixture.demo.serverAnchors, encoding: .utf8)
          + String(contentsOfFile: second.demo.serverAnchors, encoding: .utf8), to: "both.pem")
      var endpoint = try fixture.endpoint([try fixture.address, try second.address])
      endpoint.anchors = both.path
      try await fixture.withClient(endpoint) { client in
        // The second server alone takes this token, and is not asked.
        let login = try second.kubernetes()
        try fixture.faults("auth/kubernetes/login 429")
        await #expect(throws: OpenBaoError.rateLimited(seconds: nil)) { try await client.logIn(login) }
        try fixture.faults("* 503")
        try second.faults("auth/kubernetes/login 429")
        await #expect(throws: OpenBaoError.rateLimited(seconds: nil)) { try await client.logIn(login) }
        try second.faults("")
        _ = try await client.logIn(login)
      }
      await second.demo.stop()
      await fixture.demo.stop()
    }

    @Test("a redirect to another configured server is followed, one in a circle ends")
    func redirect() async throws {
      let fixture = try await Fixture()
      let leader = try await Fixture()
      let both = try fixture.folder.write(
        String(contentsOfFile: fixture.demo.serverAnchors, encoding: .utf8)
          + String(contentsOfFile: leader.demo.serverAnchors, encoding: .utf8), to: "both.pem")
      var endpoint = try fixture.endpoint([try fixture.address, try leader.address])
      endpoint.anchors = both.path
      try fixture.faults("* redirect=\(leader.demo.address)")
      try await fixture.withClient(endpoint) { client in
        _ = try await client.logIn(try leader.kubernetes())
      }
      try leader.faults("* redirect=\(fixture.demo.address)")
      try await fixture.withClient(endpoint) { client in
        let error = await #expect(throws: OpenBaoError.self) { try await client.logIn(try leader.kubernetes()) }
        #expect(error?.description.contains("in a circle") == true)
      }
      await leader.demo.stop()
      await fixture.demo.stop()
    }
  }
}

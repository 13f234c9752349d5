import Foundation
import OpenBao
import OpenBaoDouble
import TestSupport
import Testing

extension ClientTests {
  @Suite("OpenBao's client: a server is told nothing before it is verified")
  struct Verification {
    enum Stranger: String, CaseIterable, Sendable { case otherAuthority, otherName, otherNameAtTheDialledAddress }

    @Test("a server with another authority or name hears nothing", arguments: Stranger.allCases)
    func stranger(_ stranger: Stranger) async throws {
      let fixture = try await Fixture()
      var endpoint = try fixture.endpoint()
      switch stranger {
      case .otherAuthority: endpoint.anchors = fixture.demo.anchors(of: "acme")
      // The listener's certificate has 127.0.0.1, which NIOSSL alone takes for any name.
      case .otherNameAtTheDialledAddress: endpoint.serverName = "openbao.other.example"
      case .otherName:
        endpoint.serverName = nil
        endpoint.addresses = [OpenBaoAddress(host: "ip6-localhost", port: try fixture.address.port)]
        try await fixture.withClient(endpoint) { client in
          let error = await #expect(throws: OpenBaoError.self) { try await client.logIn(try fixture.kubernetes()) }
          #expect(error?.retry == .later)
        }
        await fixture.demo.stop()
        return
      }
      // Whoever is asked all the same would show that it was: with a status that nothing else gives.
      try fixture.faults("* 418")
      try await fixture.withClient(endpoint) { client in
        let error = await #expect(throws: OpenBaoError.self) { try await client.logIn(try fixture.kubernetes()) }
        guard case .unverified = error else {
          Issue.record("\(String(describing: error))")
          return
        }
        #expect(error?.description.contains("nothing was sent") == true)
      }
      await fixture.demo.stop()
    }

    @Test("the anchor file is read again: a server is refused until its authority is there")
    func reload() async throws {
      let fixture = try await Fixture()
      var endpoint = try fixture.endpoint()
      endpoint.anchors = fixture.path("anchors.pem")
      try await fixture.withClient(endpoint) { client in
        await #expect(throws: OpenBaoError.file(endpoint.anchors, "No such file or directory")) {
          try await client.logIn(try fixture.kubernetes())
        }
        try fixture.folder.write("not PEM\n", to: "anchors.pem")
        await #expect(throws: OpenBaoError.file(endpoint.anchors, "holds no certificate in PEM")) {
          try await client.logIn(try fixture.kubernetes())
        }
        let acme = try String(contentsOfFile: fixture.demo.anchors(of: "acme"), encoding: .utf8)
        try fixture.folder.write(acme, to: "anchors.pem")
        await #expect(throws: OpenBaoError.self) { try await client.logIn(try fixture.kubernetes()) }
        let right = try String(contentsOfFile: fixture.demo.serverAnchors, encoding: .utf8)
        try fixture.folder.write(acme + right, to: "anchors.pem")
        _ = try await client.logIn(try fixture.kubernetes())
      }
      await fixture.demo.stop()
    }

    @Test("addresses are over TLS, and have a host and a port")
    func addresses() throws {
      #expect(try OpenBaoAddress("https://10.0.0.1") == OpenBaoAddress(host: "10.0.0.1", port: 8200))
      #expect(try OpenBaoAddress("https://[fd00::1]:8201/") == OpenBaoAddress(host: "fd00::1", port: 8201))
      #expect(try OpenBaoAddress("https://bao.example:1").description == "bao.example:1")
      for text in [
        "http://bao.example", "bao.example:8200", "https://", "https://a:0", "https://a:65536", "https://a:b",
        "https://a/b", "https://user@a", "https://a b", "https://[::1", "https://a?b", "",
      ] {
        #expect(throws: OpenBaoError.self, "\(text)") { try OpenBaoAddress(text) }
      }
    }
  }
}

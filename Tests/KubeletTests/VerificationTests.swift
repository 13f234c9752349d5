import Foundation
import Kubelet
import TestSupport
import Testing

extension KubeletTests {
  @Suite("A kubelet is told nothing before it is verified")
  struct VerificationTests {
    enum Stranger: String, CaseIterable, Sendable { case otherAuthority, otherName, addressOnly, expired, nameOfNobody }

    @Test("a server that cannot be verified hears neither a token nor a request", arguments: Stranger.allCases)
    func stranger(_ stranger: Stranger) async throws {
      let fixture =
        switch stranger {
        case .otherAuthority: try await KubeletFixture(anchor: TestAuthority())
        case .otherName: try await KubeletFixture(names: ["worker-2", "localhost"])
        // NIOSSL takes a certificate for the address that was dialled, whatever name was asked for.
        case .addressOnly: try await KubeletFixture(names: ["worker-2", "127.0.0.1"])
        case .expired: try await KubeletFixture(validFor: -60)
        case .nameOfNobody: try await KubeletFixture(names: [], commonName: "system:node:worker-1")
        }
      let answers = try await fixture.read()
      for failure in answers.failures {
        guard case .unverified = failure else {
          Issue.record("\(stranger): \(String(describing: failure))")
          continue
        }
      }
      #expect(fixture.double.received.isEmpty)
      // What it showed is known all the same: an expired certificate must be seen to be expired.
      let lifetime = try answers.servingCertificate.get()
      #expect((Double(lifetime.notAfter) < Date().timeIntervalSince1970) == (stranger == .expired))
      try await fixture.double.close()
    }

    @Test("without anchors nothing is sent, and the reason says so")
    func noAnchors() async throws {
      var fixture = try await KubeletFixture()
      fixture.endpoint.anchors = nil
      let answers = try await fixture.read()
      for failure in answers.failures {
        #expect(failure?.isUnavailable == true)
        #expect(failure?.description.contains("no anchors") == true)
      }
      #expect(fixture.double.received.isEmpty)
      try await fixture.double.close()
    }

    @Test("a server without TLS never sees the token")
    func plain() async throws {
      let fixture = try await KubeletFixture(door: .plain, replies: RecordedAnswers.well)
      let answers = try await fixture.read()
      #expect(answers.failures.allSatisfy { $0 != nil })
      #expect(!fixture.double.received.contains("Bearer"))
      #expect(!fixture.double.received.contains(KubeletFixture.token))
      try await fixture.double.close()
    }

    @Test("a redirect is not followed, wherever it leads")
    func redirect() async throws {
      let thief = try await KubeletFixture()
      let location =
        "HTTP/1.1 302 Found\r\nLocation: https://\(KubeletFixture.node):\(thief.double.port)/pods\r\n"
        + "Content-Length: 0\r\n\r\n"
      var replies = RecordedAnswers.well
      replies["/pods"] = .stall(location)
      let fixture = try await KubeletFixture(replies: replies)
      let answers = try await fixture.read()
      #expect(answers.pods.failure == .status(302, ""))
      #expect(thief.double.received.isEmpty)
      try await fixture.double.close()
      try await thief.double.close()
    }

    @Test(
      "a token file with anything but a token is refused before anything is sent",
      arguments: ["", "a b", "x\r\nHost: other", "tök", String(repeating: "a", count: 2 << 20)])
    func badToken(_ text: String) async throws {
      let fixture = try await KubeletFixture()
      try fixture.folder.write(text, to: "token")
      let answers = try await fixture.read()
      for failure in answers.failures {
        guard case .file(let path, _) = failure else {
          Issue.record("\(String(describing: failure))")
          continue
        }
        #expect(path.hasSuffix("/token"))
      }
      #expect(fixture.double.received.isEmpty)
      try await fixture.double.close()
    }
  }
}

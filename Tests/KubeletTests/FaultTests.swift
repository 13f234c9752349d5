import Foundation
import Kubelet
import Testing

extension KubeletTests {
  @Suite("A kubelet that misbehaves costs only what it was asked for")
  struct FaultTests {
    @Test(
      "a path that never answers, or stops in the middle, costs its own time and no other path",
      arguments: [
        "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"kind\":\"PodList\"",
      ])
    func stall(_ beginning: String) async throws {
      var replies = RecordedAnswers.well
      replies["/pods"] = .stall(beginning)
      let fixture = try await KubeletFixture(replies: replies)
      let started = ContinuousClock.now
      let answers = try await fixture.read(within: .seconds(10))
      #expect(started.duration(to: .now) < .seconds(12))
      #expect(answers.failures == [nil, .deadlineExceeded, nil, nil])
      try await fixture.double.close()
    }

    @Test("a listener that accepts and says nothing is given up after the whole limit")
    func silent() async throws {
      let fixture = try await KubeletFixture(door: .silent)
      let started = ContinuousClock.now
      let answers = try await fixture.read(within: .seconds(2))
      #expect(started.duration(to: .now) < .seconds(5))
      #expect(answers.failures == Array(repeating: .deadlineExceeded, count: 4))
      #expect(answers.servingCertificate.failure == .deadlineExceeded)
      try await fixture.double.close()
    }

    @Test("a port where nobody listens says so at once")
    func refused() async throws {
      let fixture = try await KubeletFixture()
      try await fixture.double.close()
      let started = ContinuousClock.now
      let answers = try await fixture.read()
      #expect(started.duration(to: .now) < .seconds(5))
      #expect(answers.failures == Array(repeating: .unreachable("Connection refused"), count: 4))
    }

    @Test(
      "an answer that breaks off, lies about its length or is no HTTP is an error of its own path",
      arguments: [
        "", "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"kind\":", "SSH-2.0-OpenSSH_9.2p1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n12345", "HTTP/1.1 999999 X\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      ])
    func broken(_ text: String) async throws {
      var replies = RecordedAnswers.well
      replies["/pods"] = .cut(text)
      let fixture = try await KubeletFixture(replies: replies)
      let answers = try await fixture.read()
      #expect(answers.failures == [nil, answers.pods.failure, nil, nil])
      let failure = try #require(answers.pods.failure)
      guard case .broken = failure else {
        Issue.record("\(failure)")
        return
      }
      try await fixture.double.close()
    }

    @Test("an answer without an end is cut off at its limit")
    func endless() async throws {
      var replies = RecordedAnswers.well
      replies["/healthz"] = .endless
      let fixture = try await KubeletFixture(replies: replies)
      let answers = try await fixture.read()
      #expect(answers.failures == [.tooLarge(limit: 65536), nil, nil, nil])
      try await fixture.double.close()
    }

    @Test(
      "each status means what it says",
      arguments: [
        (401, KubeletError.unauthorized), (404, .notServed), (405, .notServed), (503, .status(503, "busy now")),
      ])
    func status(_ status: Int, _ meaning: KubeletError) async throws {
      var replies = RecordedAnswers.well
      for path in replies.keys { replies[path] = .answer(status, "busy\nnow") }
      let fixture = try await KubeletFixture(replies: replies)
      let answers = try await fixture.read()
      #expect(answers.failures == Array(repeating: meaning, count: 4))
      try await fixture.double.close()
    }

    @Test("a well-formed answer of something else is not taken for the kubelet's")
    func somethingElse() async throws {
      let page = "<html><body>It works!</body></html>"
      let fixture = try await KubeletFixture(replies: [
        "/healthz": .answer(200, page), "/pods": .answer(200, #"{"kind":"Status","status":"Failure"}"#),
        "/stats/summary": .answer(200, "{}"), "/metrics/resource": .answer(200, page),
      ])
      let answers = try await fixture.read()
      for failure in answers.failures {
        guard case .malformed = failure else {
          Issue.record("\(String(describing: failure))")
          continue
        }
      }
      try await fixture.double.close()
    }
  }
}

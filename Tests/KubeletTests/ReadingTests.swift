import Foundation
import Kubelet
import TestSupport
import Testing

extension KubeletTests {
  @Suite("Reading a kubelet")
  struct ReadingTests {
    @Test("everything is read with a token, on paths that never need nodes/proxy")
    func everything() async throws {
      let fixture = try await KubeletFixture()
      let answers = try await fixture.read()
      let health = try answers.health.get()
      #expect(health.isHealthy)
      #expect(health.checks.map(\.name) == ["ping", "log", "syncloop"])
      let pods = try answers.pods.get()
      #expect(pods == PodPhases(pending: 1, running: 2, succeeded: 1, failed: 1, unknown: 1))
      let summary = try answers.summary.get()
      #expect(summary.nodeName == "worker-1")
      #expect(summary.cpu?.usageCoreNanoSeconds == .max)
      #expect(summary.memory?.availableBytes == 3_000_000_000)
      #expect(summary.fileSystem?.inodesFree == 3_000_000)
      #expect(summary.imageFileSystem?.usedBytes == 5_000_000_000)
      #expect(summary.maximumProcesses == 4_194_304)
      #expect(summary.systemContainers.map(\.name) == ["kubelet", "pods"])
      #expect((summary.pods, summary.containers) == (2, 3))
      let resources = try answers.resources.get()
      #expect(resources.cpuUsageSeconds == 1234.5)
      #expect(resources.workingSetBytes == 1.1e9)
      #expect(resources.samples == 4)
      #expect(!resources.hasScrapeError)
      #expect(answers.clientCertificate == nil)
      #expect(answers.runningPods == 2)
      #expect(
        fixture.double.requestLines == [
          "GET /healthz?verbose HTTP/1.1", "GET /pods HTTP/1.1", "GET /stats/summary HTTP/1.1",
          "GET /metrics/resource HTTP/1.1",
        ])
      #expect(fixture.double.received.components(separatedBy: "Bearer \(KubeletFixture.token)\r\n").count == 5)
      try await fixture.double.close()
    }

    @Test("one connection serves every reading; the look at the certificate has its own, once")
    func kept() async throws {
      let fixture = try await KubeletFixture()
      let session = KubeletSession(fixture.endpoint)
      for _ in 1...3 { #expect(await session.read(within: .seconds(100)).failures == [nil, nil, nil, nil]) }
      await session.shutDown()
      #expect(fixture.double.requestLines.count == 12)
      #expect(fixture.double.connections == 2)
      try await fixture.double.close()
    }

    @Test("a 500 with checks is a kubelet that is not well, not a failure to read")
    func unhealthy() async throws {
      var replies = RecordedAnswers.well
      replies["/healthz"] = .answer(500, RecordedAnswers.unhealthy)
      let fixture = try await KubeletFixture(replies: replies)
      let health = try await fixture.read().health.get()
      #expect(!health.isHealthy)
      #expect(health.checks.last == .init(name: "syncloop", isPassed: false, reason: "reason withheld"))
      try await fixture.double.close()
    }

    @Test(
      "what a kubelet without fine-grained authorization refuses is unavailable, and running pods come from the summary"
    )
    func olderKubelet() async throws {
      let refusal =
        "Forbidden (user=system:serviceaccount:low-layer:ll-agent, verb=get, resource=nodes, subresource=proxy)"
      var replies = RecordedAnswers.well
      replies["/healthz"] = .answer(403, refusal)
      replies["/pods"] = .answer(403, refusal)
      let fixture = try await KubeletFixture(replies: replies)
      let answers = try await fixture.read()
      #expect(answers.failures == [.needsNodesProxy, .needsNodesProxy, nil, nil])
      #expect(answers.failures.allSatisfy { $0?.isUnavailable ?? true })
      #expect(answers.runningPods == 2)
      try await fixture.double.close()
    }

    @Test("a refusal of fine-grained authorization names the permission that is missing")
    func missingPermissions() async throws {
      func refusal(_ names: String) -> KubeletDouble.Reply {
        .answer(403, "Forbidden (user=u, verb=get, resource=nodes, subresource(s)=[\(names)])\n")
      }
      let fixture = try await KubeletFixture(replies: [
        "/healthz": refusal("healthz proxy"), "/pods": refusal("pods proxy"), "/stats/summary": refusal("stats"),
        "/metrics/resource": refusal("metrics"),
      ])
      let answers = try await fixture.read()
      #expect(
        answers.failures == [
          .forbidden(needs: "nodes/healthz"), .forbidden(needs: "nodes/pods"), .forbidden(needs: "nodes/stats"),
          .forbidden(needs: "nodes/metrics"),
        ])
      #expect(answers.runningPods == nil)
      try await fixture.double.close()
    }

    @Test("the container runtime's own error is told apart from the kubelet's")
    func runtimeFault() async throws {
      var replies = RecordedAnswers.well
      let words =
        "Internal Error: failed to list pod stats: failed to get pod stats from cri: rpc error: code = "
        + "Unavailable desc = connection error: dial unix /run/crio/crio.sock: connect: no such file or directory"
      replies["/stats/summary"] = .answer(500, words)
      let fixture = try await KubeletFixture(replies: replies)
      let answers = try await fixture.read()
      #expect(answers.containerRuntimeFault?.contains("crio.sock") == true)
      #expect(answers.runningPods == 2)
      try await fixture.double.close()
    }

    @Test("a client certificate is shown where one is demanded, its end is known, and a rotated one is taken up")
    func clientCertificate() async throws {
      let authority = try TestAuthority()
      let serving = try authority.issue("serving", names: [KubeletFixture.node]).server
      let clients = try TestAuthority("clients")
      let clientAnchor = TestAuthority.Issued(certificate: clients.certificate, key: clients.key)
      let folder = try TemporaryFolder()
      let anchors = try folder.write(authority.certificatePEM, to: "ca.crt")
      let double = try await KubeletDouble(
        .tls(chain: serving.chain, key: serving.key, clients: try clientAnchor.server.chain),
        replies: RecordedAnswers.well)
      func rotate(_ validFor: TimeInterval) throws {
        let issued = try clients.issue("system:node:worker-1", names: [], validFor: validFor)
        try folder.write(issued.certificatePEM + "\n" + issued.keyPEM, to: "client.pem")
      }
      try rotate(3600)
      let pair = folder.url.appendingPathComponent("client.pem").path
      let endpoint = KubeletEndpoint(
        nodeName: KubeletFixture.node, address: "127.0.0.1", port: double.port, anchors: anchors.path,
        credential: .clientCertificate(certificate: pair, key: pair))
      let session = KubeletSession(endpoint)
      let first = await session.read(within: .seconds(100))
      #expect(first.failures == [nil, nil, nil, nil])
      try rotate(7200)
      let second = await session.read(within: .seconds(100))
      #expect(second.failures == [nil, nil, nil, nil])
      let ends = try [first, second].map { try #require($0.clientCertificate).get().notAfter }
      // An hour, and what the first reading took.
      #expect((3590...3700).contains(ends[1] - ends[0]))
      // An empty file, as in the middle of a careless rotation, is said to be one.
      try folder.write("", to: "client.pem")
      let third = await session.read(within: .seconds(100))
      #expect(third.health.failure == .file(pair, "holds no certificate in PEM"))
      await session.shutDown()
      #expect(!double.received.contains("uthorization"))
      try await double.close()
    }

    @Test("a token that was replaced is used with the next request")
    func rotatedToken() async throws {
      let fixture = try await KubeletFixture()
      let session = KubeletSession(fixture.endpoint)
      _ = await session.read(within: .seconds(100))
      try fixture.folder.write("second", to: "token")
      _ = await session.read(within: .seconds(100))
      await session.shutDown()
      #expect(fixture.double.received.components(separatedBy: "Bearer second\r\n").count == 5)
      try await fixture.double.close()
    }
  }
}

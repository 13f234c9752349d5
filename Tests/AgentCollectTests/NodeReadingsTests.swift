import Kubelet
import NodeMetrics
import SystemdRuntime
import Testing

@testable import ll_agent

@Suite("What systemd and the kubelet say, in the words of the node's metrics")
struct NodeReadingsTests {
  private static func reading(
    _ health: Result<KubeletHealth, KubeletError>, pods: Result<PodPhases, KubeletError> = .failure(.needsNodesProxy),
    summary: KubeletError = .deadlineExceeded
  ) -> KubeletReading {
    KubeletReading(
      KubeletAnswers(
        health: health, pods: pods, summary: .failure(summary), resources: .failure(.unauthorized),
        servingCertificate: .success(CertificateLifetime(notBefore: 1, notAfter: 2)),
        clientCertificate: .success(CertificateLifetime(notBefore: 3, notAfter: 4))))
  }

  @Test(
    "a kubelet that says nothing is not well; one that may not be asked may be",
    arguments: [
      (KubeletError.unreachable("x"), false), (.deadlineExceeded, false), (.broken("x"), false), (.tls("x"), false),
      (.status(503, ""), false), (.malformed("x"), false), (.unverified("x"), nil), (.unauthorized, nil),
      (.forbidden(needs: "x"), nil), (.needsNodesProxy, nil), (.notServed, nil), (.notConfigured("x"), nil),
      (.file("x", "y"), nil),
    ] as [(KubeletError, Bool?)])
  func health(_ error: KubeletError, _ isHealthy: Bool?) {
    let reading = Self.reading(.failure(error))
    #expect(reading.isHealthy == isHealthy)
    #expect(reading.unavailable.first?.name == "/healthz")
    #expect(reading.unavailable.first?.reason == error.description)
  }

  @Test("each part that is missing is named with its reason, and the rest is there")
  func parts() {
    let health = KubeletHealth(
      isHealthy: false,
      checks: [.init(name: "ping", isPassed: true), .init(name: "syncloop", isPassed: false, reason: "x")])
    let reading = Self.reading(.success(health), pods: .success(PodPhases(pending: 1, running: 3)))
    #expect(reading.isHealthy == false)
    #expect(reading.checks.map(\.isHealthy) == [true, false])
    #expect(reading.pods.map(\.count) == [1, 3, 0, 0, 0])
    #expect(reading.runningPods == 3)
    #expect(reading.isRuntimeHealthy == nil)
    #expect(reading.certificates.map(\.name) == ["kubelet-serving", "kubelet-client"])
    #expect(reading.certificates.map(\.notAfter) == [2, 4])
    #expect(reading.unavailable.map(\.name) == ["/stats/summary", "/metrics/resource"])
  }

  @Test("the runtime's own error is the runtime's ill health")
  func runtime() {
    let error = KubeletError.status(500, "failed to list pod stats: rpc error: code = Unavailable")
    #expect(Self.reading(.failure(.unauthorized), summary: error).isRuntimeHealthy == false)
    #expect(Self.reading(.failure(.unauthorized), summary: .status(500, "x")).isRuntimeHealthy == nil)
  }

  @Test("a unit that is not there says so instead of being inactive")
  func units() {
    let missing = UnitStatus(
      name: "a.service", description: "a", loadState: "not-found", activeState: .inactive, subState: "dead")
    let reading = UnitReading(
      SystemdReading(version: "257", systemState: "running", failedUnits: [], units: [missing]))
    #expect(reading.units == [.init(name: "a.service", activeState: "not-found", subState: "dead")])
  }

  @Test("no systemd is unavailable, a systemd that does not answer is a failure")
  func systemdErrors() {
    for (error, isUnavailable) in [
      (SystemdError.notRunning([]), true), (.denied(""), true), (.deadlineExceeded(""), false), (.malformed(""), false),
    ] {
      let outcome = Outcome<UnitReading>(error)
      if case .unavailable = outcome { #expect(isUnavailable) } else { #expect(!isUnavailable) }
      #expect(outcome.reason == error.description)
    }
  }
}

import HostFS
import Kubelet
import NodeMetrics
import SystemdRuntime

extension UnitReading {
  /// What systemd said, in the words of the node's metrics.
  init(_ reading: SystemdReading) {
    self.init(
      systemState: reading.systemState,
      units: reading.units.map { unit in
        let state = unit.loadState == "loaded" ? unit.activeState.rawValue : unit.loadState
        return Unit(
          name: unit.name, activeState: state, subState: unit.subState, restarts: unit.restarts.map(UInt64.init))
      }, failed: reading.failedUnits.map(\.name))
  }
}

extension Outcome {
  /// What became of asking systemd.
  init(_ error: SystemdError) {
    self = error.isUnavailable ? .unavailable(.reason(error.description)) : .failed(.reason(error.description))
  }
}

extension KubeletReading {
  /// What the kubelet answered, in the words of the node's metrics.
  ///
  /// A kubelet that says nothing where it should is not well. One that could not be verified, or does not know us, may
  /// be.
  init(_ answers: KubeletAnswers) {
    var unavailable: [Part] = []
    func note<Value>(_ path: String, _ answer: Result<Value, KubeletError>) {
      if case .failure(let error) = answer { unavailable.append(Part(name: path, reason: error.description)) }
    }
    note("/healthz", answers.health)
    note("/pods", answers.pods)
    note("/stats/summary", answers.summary)
    note("/metrics/resource", answers.resources)
    note("serving certificate", answers.servingCertificate)
    let named = [("kubelet-serving", answers.servingCertificate), ("kubelet-client", answers.clientCertificate)]
    let certificates = named.compactMap { name, lifetime in
      (try? lifetime?.get()).map { Certificate(name: name, notBefore: $0.notBefore, notAfter: $0.notAfter) }
    }
    var checks: [Check] = []
    let isHealthy: Bool?
    switch answers.health {
    case .success(let health):
      isHealthy = health.isHealthy
      checks = health.checks.map { Check(name: $0.name, isHealthy: $0.isPassed) }
    case .failure(let error): isHealthy = error.saysNothingOfHealth ? nil : false
    }
    let phases = (try? answers.pods.get())?.byName.map { Phase(name: $0.phase, count: $0.count) }
    self.init(
      isHealthy: isHealthy, checks: checks, isRuntimeHealthy: Self.runtimeHealth(answers), pods: phases ?? [],
      runningPods: answers.runningPods, certificates: certificates, unavailable: unavailable)
  }

  private static func runtimeHealth(_ answers: KubeletAnswers) -> Bool? {
    if answers.containerRuntimeFault != nil { return false }
    if case .success = answers.summary { return true }
    return nil
  }
}

extension KubeletError {
  /// Whether this is about us or the configuration rather than the kubelet's state.
  var saysNothingOfHealth: Bool {
    switch self {
    case .unverified, .unauthorized, .file: true
    default: isUnavailable
    }
  }
}

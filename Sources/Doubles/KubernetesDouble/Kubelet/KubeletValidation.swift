/// What `ValidateKubeletConfiguration` says of a configuration whose types are right.
struct KubeletValidation {
  private let document: JSON

  init(_ document: JSON) { self.document = document }

  var faults: [String] {
    (portFaults + numberFaults + optionFaults + shutdownFaults + allocatableFaults + fileFaults)
      .map { $0.hasPrefix("!") ? String($0.dropFirst()) : "invalid configuration: \($0)" }
  }

  private func integer(_ field: String, default value: Int64) -> Int64 { document[field].integer ?? value }

  private func duration(_ field: String) -> GoDuration? { document[field].string.flatMap { GoDuration($0) } }

  private var portFaults: [String] {
    var faults: [String] = []
    let port = integer("port", default: 10250)
    if !(1...65535).contains(port) { faults.append("port (--port) \(port) must be between 1 and 65535, inclusive") }
    let healthz = integer("healthzPort", default: 10248)
    if !(0...65535).contains(healthz) {
      faults.append("healthzPort (--healthz-port) \(healthz) must be between 1 and 65535, inclusive")
    }
    let readOnly = integer("readOnlyPort", default: 0)
    if !(0...65535).contains(readOnly) {
      faults.append("readOnlyPort (--read-only-port) \(readOnly) must be between 0 and 65535, inclusive")
    }
    return faults
  }

  private var numberFaults: [String] {
    var faults: [String] = []
    let natural = [
      ("eventBurst", "--event-burst"), ("eventRecordQPS", "--event-qps"), ("kubeAPIBurst", "--kube-api-burst"),
      ("kubeAPIQPS", "--kube-api-qps"), ("maxOpenFiles", "--max-open-files"), ("maxPods", "--max-pods"),
      ("podsPerCore", "--pods-per-core"), ("registryBurst", "--registry-burst"),
      ("registryPullQPS", "--registry-qps"),
    ]
    for (field, flag) in natural {
      if let value = document[field].integer, value < 0 {
        faults.append("\(field) (\(flag)) \(value) must not be a negative number")
      }
    }
    if let value = document["nodeLeaseDurationSeconds"].integer, value <= 0 {
      faults.append("nodeLeaseDurationSeconds must be greater than 0")
    }
    let score = integer("oomScoreAdj", default: -999)
    if !(-1000...1000).contains(score) {
      faults.append("oomScoreAdj (--oom-score-adj) \(score) must be between -1000 and 1000, inclusive")
    }
    let high = integer("imageGCHighThresholdPercent", default: 85)
    let low = integer("imageGCLowThresholdPercent", default: 80)
    if !(0...100).contains(high) {
      faults.append(
        "imageGCHighThresholdPercent (--image-gc-high-threshold) \(high) must be between 0 and 100, inclusive")
    }
    if low >= high {
      faults.append(
        "imageGCLowThresholdPercent (--image-gc-low-threshold) \(low) must be less than imageGCHighThresholdPercent "
          + "(--image-gc-high-threshold) \(high)")
    }
    if integer("containerLogMaxFiles", default: 5) <= 1 {
      faults.append("containerLogMaxFiles must be greater than 1")
    }
    if integer("containerLogMaxWorkers", default: 1) < 1 {
      faults.append("containerLogMaxWorkers must be greater than or equal to 1")
    }
    return faults
  }

  private var optionFaults: [String] {
    var faults: [String] = []
    if document["runOnce"].boolean == true {
      faults.append("runOnce (--runOnce) true, Runonce mode has been deprecated and should not be set")
    }
    if let mode = document["hairpinMode"].string, !["none", "hairpin-veth", "promiscuous-bridge"].contains(mode) {
      faults.append(
        "option \"\(mode)\" specified for hairpinMode (--hairpin-mode). Valid options are \"none\", \"hairpin-veth\" or "
          + "\"promiscuous-bridge\"")
    }
    let policies = ["none", "best-effort", "restricted", "single-numa-node"]
    if let policy = document["topologyManagerPolicy"].string, !policies.contains(policy) {
      faults.append(
        "topologyManagerPolicy (--topology-manager-policy) \"\(policy)\" must be one of: "
          + "[\(policies.map { "\"\($0)\"" }.joined(separator: " "))]")
    }
    if let behavior = document["memorySwap"]["swapBehavior"].string, !["", "NoSwap", "LimitedSwap"].contains(behavior) {
      faults.append(
        "memorySwap.swapBehavior \"\(behavior)\" must be one of: \"\", \"LimitedSwap\" or \"NoSwap\"")
    }
    if (document["containerRuntimeEndpoint"].string ?? "").isEmpty {
      faults.append("the containerRuntimeEndpoint was not specified or empty")
    }
    let driver = document["cgroupDriver"].string ?? "cgroupfs"
    if !["systemd", "cgroupfs"].contains(driver) {
      faults.append("!failed to run Kubelet: unknown cgroup driver \"\(driver)\"")
    }
    let mode = document["authorization"]["mode"].string ?? "Webhook"
    if !["Webhook", "AlwaysAllow"].contains(mode) {
      faults.append("!failed to run Kubelet: unknown authorization mode \(mode)")
    }
    if let version = document["tlsMinVersion"].string, !APIServerNames.tlsVersions.contains(version) {
      faults.append("!failed to initialize kubelet: unknown tls version \"\(version)\"")
    }
    for server in (document["clusterDNS"].items ?? []).compactMap(\.string) where !IPText.isAddress(server) {
      faults.append("!failed to run Kubelet: invalid kubeconfig: clusterDNS: Invalid value: \"\(server)\"")
    }
    return faults
  }

  private var shutdownFaults: [String] {
    var faults: [String] = []
    let whole = duration("shutdownGracePeriod")
    let critical = duration("shutdownGracePeriodCriticalPods")
    let zero = Int64(0)
    if (critical?.nanoseconds ?? zero) > (whole?.nanoseconds ?? zero) {
      faults.append(
        "shutdownGracePeriodCriticalPods {\(text("shutdownGracePeriodCriticalPods"))} must be <= shutdownGracePeriod "
          + "{\(text("shutdownGracePeriod"))}")
    }
    for (field, value) in [("shutdownGracePeriod", whole), ("shutdownGracePeriodCriticalPods", critical)] {
      guard let value, value.nanoseconds != 0, value.nanoseconds < 1_000_000_000 else { continue }
      faults.append("\(field) {\(text(field))} must be either zero or otherwise >= 1 sec")
    }
    if !(document["shutdownGracePeriodByPodPriority"].items ?? []).isEmpty, (whole?.nanoseconds ?? zero) > 0 {
      faults.append("Cannot specify both shutdownGracePeriodByPodPriority and shutdownGracePeriod at the same time")
    }
    return faults
  }

  private func text(_ field: String) -> String { document[field].string ?? "0s" }

  private var allocatableFaults: [String] {
    var faults: [String] = []
    let known = [
      "pods", "system-reserved", "system-reserved-compressible", "kube-reserved", "kube-reserved-compressible", "none",
    ]
    for value in (document["enforceNodeAllocatable"].items ?? []).compactMap(\.string) {
      if !known.contains(value) {
        let list = known.map { "\"\($0)\"" }
        faults.append(
          "option \"\(value)\" specified for enforceNodeAllocatable (--enforce-node-allocatable). Valid options are "
            + "\(list.dropLast().joined(separator: ", ")) or \(list.last ?? "")")
      } else if value.hasPrefix("system-reserved"), (document["systemReservedCgroup"].string ?? "").isEmpty {
        faults.append(
          "systemReservedCgroup (--system-reserved-cgroup) must be specified when \"system-reserved\" or "
            + "\"system-reserved-compressible\" included in enforceNodeAllocatable (--enforce-node-allocatable)")
      }
    }
    for field in ["systemReserved", "kubeReserved"] {
      for (name, value) in (document[field].members ?? [:]).sorted(by: { $0.key < $1.key }) {
        if !["cpu", "memory", "ephemeral-storage", "pid"].contains(name) {
          faults.append("!failed to run Kubelet: cannot reserve \"\(name)\" resource")
        } else if let quantity = value.string, !Quantity.isOne(quantity) {
          faults.append(
            "!failed to run Kubelet: failed to parse quantity \"\(quantity)\" for \"\(name)\" resource: "
              + Quantity.fault)
        }
      }
    }
    return faults
  }

  private var fileFaults: [String] {
    var faults: [String] = []
    if let logs = document["podLogsDir"].string, !logs.hasPrefix("/") {
      faults.append("pod logs path \"\(logs)\" must be absolute path")
    }
    let hasCertificate = document["tlsCertFile"].string != nil
    if hasCertificate != (document["tlsPrivateKeyFile"].string != nil) {
      faults.append("!failed to initialize kubelet: tlsCertFile and tlsPrivateKeyFile must be specified together")
    }
    let endpoint = document["containerRuntimeEndpoint"].string ?? ""
    if !endpoint.isEmpty, !endpoint.hasPrefix("unix:///") {
      faults.append(
        "!failed to run Kubelet: get socket address: protocol \"\(endpoint.split(separator: ":").first ?? "")\" not "
          + "supported")
    }
    return faults
  }
}

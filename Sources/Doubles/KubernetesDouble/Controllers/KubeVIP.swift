/// kube-vip's double: its settings checked, the lease taken. The address stays where it is: nothing in a lab asks it.
struct KubeVIP: Sendable {
  private let lease: String
  private let namespace: String
  private let nodeName: String
  private let timing: LeaderElection.Timing
  private let prometheus: (host: String, port: Int)?

  private static let known: Set<String> = [
    "vip_arp", "address", "port", "vip_interface", "vip_subnet", "vip_nodename", "cp_enable", "cp_namespace",
    "svc_enable", "vip_leaderelection", "vip_leasename", "vip_leaseduration", "vip_renewdeadline", "vip_retryperiod",
    "kubernetes_addr", "prometheus_server", "vip_loglevel", "vip_cidr", "lb_enable", "bgp_enable", "k8s_config_file",
  ]

  /// From the command line and the environment, as kube-vip is configured in a static pod.
  init(_ arguments: [String], environment: [String: String]) throws(Refusal) {
    guard arguments == ["manager"] else { throw Refusal("unknown command \(arguments) for \"kube-vip\"") }
    for name in environment.keys.sorted() where name.hasPrefix("vip_") || name.hasPrefix("cp_") {
      guard Self.known.contains(name) else { throw Refusal("unknown setting \(name), which kube-vip would not use") }
    }
    func value(_ name: String, _ missing: String) -> String { environment[name] ?? missing }
    for name in ["vip_arp", "cp_enable", "svc_enable", "vip_leaderelection"] {
      let text = value(name, "false")
      if !["true", "false"].contains(text) {
        throw Refusal("strconv.ParseBool: parsing \"\(text)\": invalid syntax (\(name))")
      }
    }
    guard IPText.isAddress(value("address", "")) else {
      throw Refusal("no valid address: \"\(value("address", ""))\"")
    }
    guard !value("vip_interface", "").isEmpty else { throw Refusal("no vip_interface") }
    guard let port = Int(value("port", "6443")), (1...65535).contains(port) else {
      throw Refusal("strconv.ParseInt: parsing \"\(value("port", ""))\": invalid syntax (port)")
    }
    guard let duration = Int(value("vip_leaseduration", "5")), let deadline = Int(value("vip_renewdeadline", "3")),
      let retry = Int(value("vip_retryperiod", "1"))
    else { throw Refusal("lease times are whole seconds") }
    // client-go, leaderelection.NewLeaderElector.
    guard duration > deadline else { throw Refusal("leaseDuration must be greater than renewDeadline") }
    guard Double(deadline) > 1.2 * Double(retry) else {
      throw Refusal("renewDeadline must be greater than retryPeriod*JitterFactor")
    }
    timing = LeaderElection.Timing(duration: duration, retry: .seconds(retry))
    lease = value("vip_leasename", "plndr-cp-lock")
    namespace = value("cp_namespace", "kube-system")
    nodeName = value("vip_nodename", HostName.current)
    let server = value("prometheus_server", "").split(separator: ":")
    prometheus = server.count == 2 ? Int(server[1]).map { (String(server[0]), $0) } : nil
  }

  /// - Parameter kubeconfig: where kube-vip looks for its own.
  func run(kubeconfig path: String, log: Log) async throws(Refusal) {
    let kubeconfig = try Kubeconfig(path)
    let signals = Termination.signals()
    if let prometheus {
      _ = try await HTTPServer.start(.port(host: prometheus.host, prometheus.port)) { request in
        request.path == "/healthz" || request.path == "/metrics" ? .text(200, "ok\n") : .text(404, "404")
      }
    }
    let election = LeaderElection(
      client: kubeconfig.client, name: lease, namespace: namespace, identity: nodeName, timing: timing, log: log)
    // It works beside the wait for the signal.
    let working = Task { await election.run {} }
    for await _ in signals { break }
    working.cancel()
  }
}

/// kube-controller-manager's and kube-scheduler's doubles: a health endpoint, a lease, and (the first) a little work.
enum Controller {
  static func runControllerManager(_ arguments: [String], log: Log) async throws(Refusal) {
    let options = try ControllerOptions(
      arguments, of: "kube-controller-manager", flags: .kubeControllerManager, defaultPort: 10257)
    try options.checkControllerManager()
    let work = ClusterWork(options: options, log: log)
    try await run(options, lease: "kube-controller-manager", log: log) { await work.pass() }
  }

  static func runScheduler(_ arguments: [String], log: Log) async throws(Refusal) {
    let options = try ControllerOptions(arguments, of: "kube-scheduler", flags: .kubeScheduler, defaultPort: 10259)
    try await run(options, lease: "kube-scheduler", log: log) {}
  }

  private static func run(
    _ options: ControllerOptions, lease: String, log: Log, work: @escaping @Sendable () async -> Void
  ) async throws(Refusal) {
    let signals = Termination.signals()
    let server = try await HTTPServer.start(
      .port(host: options.bindAddress, options.port), identity: options.identity
    ) { request in
      ["/healthz", "/livez", "/readyz"].contains(request.path) ? .text(200, "ok") : .text(403, "Forbidden")
    }
    log.line("Serving securely on \(options.bindAddress):\(options.port)")
    let host = HostName.current
    let election = LeaderElection(client: options.kubeconfig.client, name: lease, identity: host, log: log)
    // It works beside the wait for the signal.
    let working = Task { await election.run(work) }
    for await _ in signals { break }
    working.cancel()
    await server.stop()
  }
}

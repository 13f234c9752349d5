import Foundation

/// The agent's double: healthy once it has reached the API server at the address that the chart's values name, verified
/// with the cluster's authority; then it leaves the CNI configuration that makes the node ready.
actor CiliumAgent {
  private let server: String
  private let authority: String
  private let configurationFolder: String
  private let log: Log
  private var isHealthy = false

  init(
    environment: [String: String], authority: String = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
    configurationFolder: String = "/host/etc/cni/net.d", log: Log
  ) throws(Refusal) {
    guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"] else {
      throw Refusal(
        "unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined")
    }
    server = "https://\(host):\(port)"
    self.authority = authority
    self.configurationFolder = configurationFolder
    self.log = log
  }

  /// - Parameter port: of the health endpoint on the loopback; 0 takes a free one.
  func start(port: Int = 9879) async throws(Refusal) -> HTTPServer {
    try await HTTPServer.start(.port(host: "127.0.0.1", port)) { request in
      guard request.path == "/healthz" else { return .text(404, "404 page not found") }
      return await self.isHealthy ? .json(200, ["state": "Ok"]) : .text(503, "Is the agent ready? No.")
    }
  }

  /// Until the API server was reached, or the task is cancelled.
  func connect() async {
    var words: String?
    while !Task.isCancelled {
      do throws(Refusal) {
        let client = HTTPClient(anchors: try Anchors(authority, for: "cluster authority"), timeout: .seconds(5))
        let response = try await client.send("GET", "\(server)/readyz")
        guard response.status == 200 else { throw Refusal("\(server)/readyz: \(response.status)") }
        try HostFile.write(
          Array(#"{"cniVersion":"1.0.0","name":"cilium","plugins":[{"type":"cilium-cni"}]}"#.utf8),
          to: "\(configurationFolder)/05-cilium.conflist")
        isHealthy = true
        log.line("connected to \(server); CNI configuration written")
        return
      } catch {
        if words != "\(error)" { log.line("unable to reach the API server: \(error)") }
        words = "\(error)"
      }
      // Cancelled means that the loop ends.
      try? await Task.sleep(for: .seconds(1))
    }
  }
}

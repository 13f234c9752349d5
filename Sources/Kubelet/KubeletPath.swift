/// The paths that are read, each with the permission that it needs. Source: kubernetes.io, Kubelet authorization.
enum KubeletPath: String, Sendable, CaseIterable {
  case health = "/healthz?verbose"
  case pods = "/pods"
  case summary = "/stats/summary"
  case resources = "/metrics/resource"

  /// The subresource of `nodes` on which `get` permits it.
  var permission: String {
    switch self {
    case .health: "nodes/healthz"
    case .pods: "nodes/pods"
    case .summary: "nodes/stats"
    case .resources: "nodes/metrics"
    }
  }

  /// How long an answer may be, in bytes. A pod is some 10 KiB in `/pods`, and a node can have 500 of them.
  var limit: Int {
    switch self {
    case .health: 64 << 10
    case .pods: 32 << 20
    case .summary, .resources: 8 << 20
    }
  }

  /// What a 403 says about the kubelet. Before fine-grained authorization it names the one subresource that it asked
  /// for, afterwards all that would have done: `subresource=proxy` and `subresource(s)=[healthz proxy]`.
  func refusal(_ body: String) -> KubeletError {
    switch self {
    case .health, .pods: body.contains("subresource=proxy") ? .needsNodesProxy : .forbidden(needs: permission)
    case .summary, .resources: .forbidden(needs: permission)
    }
  }
}

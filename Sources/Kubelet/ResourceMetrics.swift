/// What the kubelet tells the metrics server. Source: `/metrics/resource`, Prometheus text.
public struct ResourceMetrics: Sendable, Hashable {
  /// `node_cpu_usage_seconds_total`.
  public var cpuUsageSeconds: Double?
  /// `node_memory_working_set_bytes`.
  public var workingSetBytes: Double?
  /// `node_swap_usage_bytes`; Kubernetes 1.29, where the node has swap.
  public var swapUsageBytes: Double?
  /// Whether the kubelet could not read a container's numbers: `resource_scrape_error`, `scrape_error` before 1.29.
  public var hasScrapeError: Bool
  /// The samples in the answer, those of pods and containers included.
  public var samples: Int

  /// Numbers that were read elsewhere.
  public init(
    cpuUsageSeconds: Double? = nil, workingSetBytes: Double? = nil, swapUsageBytes: Double? = nil,
    hasScrapeError: Bool = false, samples: Int = 0
  ) {
    self.cpuUsageSeconds = cpuUsageSeconds
    self.workingSetBytes = workingSetBytes
    self.swapUsageBytes = swapUsageBytes
    self.hasScrapeError = hasScrapeError
    self.samples = samples
  }
}

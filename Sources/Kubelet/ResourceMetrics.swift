import VerifiedHTTP

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

  /// Reads the text. Lines about single pods are only counted: on a full node they are thousands.
  init(parsing bytes: [UInt8]) throws(KubeletError) {
    hasScrapeError = false
    samples = 0
    for line in bytes.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
      samples += 1
      guard let end = line.firstIndex(where: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "{") }) else {
        throw .malformed("a line without a value")
      }
      let name = line[..<end]
      switch name.first {
      case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "s"):
        try read(String(decoding: name, as: UTF8.self), line[end...])
      default: continue
      }
    }
    // An error page of something else has no such line.
    guard cpuUsageSeconds != nil || workingSetBytes != nil || hasScrapeError || samples == 0 else {
      throw .malformed("no line about the node")
    }
  }

  private mutating func read(_ name: String, _ rest: ArraySlice<UInt8>) throws(KubeletError) {
    // The value stands after the labels; a time in milliseconds may follow it.
    let labelled = rest.first == UInt8(ascii: "{")
    let start = labelled ? rest.lastIndex(of: UInt8(ascii: "}")).map { $0 + 1 } : rest.startIndex
    let fields = start.map { rest[$0...].split(separator: UInt8(ascii: " ")) } ?? []
    guard let first = fields.first, let value = Double(String(decoding: first, as: UTF8.self)) else {
      throw .malformed("\(OneLine.of(name)) without a number")
    }
    switch name {
    case "node_cpu_usage_seconds_total": cpuUsageSeconds = value
    case "node_memory_working_set_bytes": workingSetBytes = value
    case "node_swap_usage_bytes": swapUsageBytes = value
    case "scrape_error", "resource_scrape_error": hasScrapeError = hasScrapeError || value != 0
    default: break
    }
  }
}

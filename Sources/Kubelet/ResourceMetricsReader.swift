import VerifiedHTTP

/// Reads the text. Lines about single pods are only counted: on a full node they are thousands.
struct ResourceMetricsReader: AnswerReader {
  private static let longestLine = 64 << 10

  private var metrics = ResourceMetrics()
  private var begun: [UInt8] = []
  private var fault: KubeletError?

  init() {}

  mutating func read(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    while fault == nil, let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      if begun.isEmpty {
        line(rest[..<end])
      } else {
        begun.append(contentsOf: rest[..<end])
        line(begun[...])
        begun.removeAll(keepingCapacity: true)
      }
      rest = rest[(end + 1)...]
    }
    if fault == nil { begun.append(contentsOf: rest) }
    if begun.count > Self.longestLine { fault = .malformed("a line without an end") }
  }

  mutating func value() throws(KubeletError) -> ResourceMetrics {
    line(begun[...])
    if let fault { throw fault }
    // An error page of something else has no such line.
    guard
      metrics.cpuUsageSeconds != nil || metrics.workingSetBytes != nil || metrics.hasScrapeError || metrics.samples == 0
    else { throw .malformed("no line about the node") }
    return metrics
  }

  private mutating func line<Bytes: BidirectionalCollection<UInt8>>(_ line: Bytes)
  where Bytes.SubSequence: BidirectionalCollection<UInt8> {
    guard let first = line.first, first != UInt8(ascii: "#") else { return }
    metrics.samples += 1
    guard let end = line.firstIndex(where: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "{") }) else {
      fault = .malformed("a line without a value")
      return
    }
    switch first {
    case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "s"):
      number(String(decoding: line[..<end], as: UTF8.self), Array(line[end...]))
    default: break
    }
  }

  private mutating func number(_ name: String, _ rest: [UInt8]) {
    // The value stands after the labels; a time in milliseconds may follow it.
    let labelled = rest.first == UInt8(ascii: "{")
    let start = labelled ? rest.lastIndex(of: UInt8(ascii: "}")).map { $0 + 1 } : rest.startIndex
    let fields = start.map { rest[$0...].split(separator: UInt8(ascii: " ")) } ?? []
    guard let first = fields.first, let value = Double(String(decoding: first, as: UTF8.self)) else {
      fault = .malformed("\(OneLine.of(name)) without a number")
      return
    }
    switch name {
    case "node_cpu_usage_seconds_total": metrics.cpuUsageSeconds = value
    case "node_memory_working_set_bytes": metrics.workingSetBytes = value
    case "node_swap_usage_bytes": metrics.swapUsageBytes = value
    case "scrape_error", "resource_scrape_error": metrics.hasScrapeError = metrics.hasScrapeError || value != 0
    default: break
    }
  }
}

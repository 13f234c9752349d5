import NodeMetrics

/// An answer of the local HTTP server.
struct LocalResponse: Sendable, Hashable {
  var status: Int
  var contentType = "text/plain; charset=utf-8"
  /// The methods that the path knows, where the one asked for is none of them.
  var allow: String?
  var body: [UInt8]

  init(_ status: Int, _ text: String) {
    self.status = status
    body = Array((text + "\n").utf8)
  }
}

extension ServiceAnswers {
  /// The answer to a request. `path` may have a query, which nothing here looks at.
  func response(to method: String, _ path: String, accept: String) async -> LocalResponse {
    let path = path.prefix { $0 != "?" }
    guard ["/healthz", "/readyz", "/metrics"].contains(path) else { return LocalResponse(404, "not found") }
    guard method == "GET" || method == "HEAD" else {
      var response = LocalResponse(405, "only GET and HEAD")
      response.allow = "GET, HEAD"
      return response
    }
    switch path {
    case "/healthz":
      let fault = fault()
      return LocalResponse(fault == nil ? 200 : 503, fault ?? "ok")
    case "/readyz":
      let readiness = await readiness()
      return LocalResponse(readiness.isReady ? 200 : 503, readiness.words)
    default:
      let format: MetricFormat = Self.prefersOpenMetrics(accept) ? .openMetrics : .prometheus
      var response = LocalResponse(200, "")
      response.contentType = format.contentType
      response.body = await metrics(format)
      return response
    }
  }

  // Whoever knows OpenMetrics names it, and Prometheus names it first. A quality of zero is a refusal (RFC 9110,
  // 12.4.2).
  private static func prefersOpenMetrics(_ accept: String) -> Bool {
    accept.lowercased().split(separator: ",").contains { range in
      let parts = range.split(separator: ";").map { $0.filter { $0 != " " } }
      guard parts.first == "application/openmetrics-text" else { return false }
      return !parts.contains { $0.hasPrefix("q=") && $0.dropFirst(2).allSatisfy { $0 == "0" || $0 == "." } }
    }
  }
}

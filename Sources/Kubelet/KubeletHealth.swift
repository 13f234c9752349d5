import VerifiedHTTP

/// What `/healthz?verbose` says. Source: k8s.io/apiserver healthz: `[+]ping ok`, `[-]syncloop failed: reason withheld`,
/// and a last line with the verdict; 200 or 500.
public struct KubeletHealth: Sendable, Hashable {
  /// One of the kubelet's own checks.
  public struct Check: Sendable, Hashable {
    /// Its name: `ping`, `log`, `syncloop` …
    public var name: String
    /// Whether it passed.
    public var isPassed: Bool
    /// What the kubelet says about it, often no more than `reason withheld`; empty where it passed.
    public var reason: String

    /// A check.
    public init(name: String, isPassed: Bool, reason: String = "") {
      self.name = name
      self.isPassed = isPassed
      self.reason = reason
    }
  }

  /// The verdict: the status of the answer.
  public var isHealthy: Bool
  /// The checks in the kubelet's order; empty where it answers with nothing but `ok`.
  public var checks: [Check]

  /// A state of health.
  public init(isHealthy: Bool, checks: [Check]) {
    self.isHealthy = isHealthy
    self.checks = checks
  }

  /// Reads the body of an answer with status 200 or 500; `nil` where it is not the healthz handler that answered.
  init?(parsing text: String, isOK: Bool) {
    var checks: [Check] = []
    var hasVerdict = text.allSatisfy(\.isWhitespace) ? false : text == "ok"
    for line in text.split(whereSeparator: \.isNewline) {
      switch true {
      case line.hasPrefix("[+]"):
        let rest = line.dropFirst(3)
        let name = rest.hasSuffix(" ok") ? rest.dropLast(3) : rest
        checks.append(Check(name: OneLine.of(name), isPassed: true))
      case line.hasPrefix("[-]"):
        let rest = line.dropFirst(3)
        let name = rest.prefix { $0 != " " }
        var reason = rest.dropFirst(name.count + 1)
        if reason.hasPrefix("failed: ") { reason = reason.dropFirst(8) }
        checks.append(
          Check(name: OneLine.of(name), isPassed: false, reason: OneLine.of(reason)))
      default: hasVerdict = hasVerdict || line.contains("healthz check")
      }
    }
    guard hasVerdict || !checks.isEmpty else { return nil }
    self.init(isHealthy: isOK, checks: checks)
  }
}

/// The kubelet, as whoever talks to it hands it in.
public struct KubeletReading: Sendable, Hashable {
  /// One of the checks behind `/healthz?verbose`.
  public struct Check: Sendable, Hashable {
    /// Its name: `syncloop`.
    public var name: String
    /// Whether it passes.
    public var isHealthy: Bool

    /// A check.
    public init(name: String, isHealthy: Bool) {
      self.name = name
      self.isHealthy = isHealthy
    }
  }

  /// How many pods are in a phase.
  public struct Phase: Sendable, Hashable {
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    public var name: String
    /// How many.
    public var count: Int

    /// A phase.
    public init(name: String, count: Int) {
      self.name = name
      self.count = count
    }
  }

  /// A certificate and when it ends.
  public struct Certificate: Sendable, Hashable {
    /// What it is for: `kubelet-serving`, or its path.
    public var name: String
    /// `notBefore`, in seconds since 1970; `nil` where it was not told.
    public var notBefore: Int64?
    /// `notAfter`, in seconds since 1970.
    public var notAfter: Int64

    /// A certificate.
    public init(name: String, notBefore: Int64? = nil, notAfter: Int64) {
      self.name = name
      self.notBefore = notBefore
      self.notAfter = notAfter
    }
  }

  /// Whether `/healthz` said ok; `nil` where it may not be asked.
  public var isHealthy: Bool?
  /// Its checks, where they were told.
  public var checks: [Check]
  /// Whether the container runtime answers the kubelet; `nil` where that is not known.
  public var isRuntimeHealthy: Bool?
  /// Pods by phase; empty where they may not be listed.
  public var pods: [Phase]
  /// Pods with running containers according to `/stats/summary`; `nil` where it may not be asked.
  public var runningPods: Int?
  /// Certificates of this node.
  public var certificates: [Certificate]
  /// Parts that could not be had, with the reason: `/pods` and why.
  public var unavailable: [Part]

  /// A part that could not be had.
  public struct Part: Sendable, Hashable {
    /// Its path: `/healthz`.
    public var name: String
    /// Why not, as a sentence without an end.
    public var reason: String

    /// A part.
    public init(name: String, reason: String) {
      self.name = name
      self.reason = reason
    }
  }

  /// A reading.
  public init(
    isHealthy: Bool?, checks: [Check] = [], isRuntimeHealthy: Bool? = nil, pods: [Phase] = [], runningPods: Int? = nil,
    certificates: [Certificate] = [], unavailable: [Part] = []
  ) {
    self.isHealthy = isHealthy
    self.checks = checks
    self.isRuntimeHealthy = isRuntimeHealthy
    self.pods = pods
    self.runningPods = runningPods
    self.certificates = certificates
    self.unavailable = unavailable
  }
}

/// The pods of a node by phase. Source: `/pods`, a v1 PodList; `status.phase`.
public struct PodPhases: Sendable, Hashable {
  /// Accepted, and not all containers run yet.
  public var pending = 0
  /// Bound, all containers created, at least one running or starting.
  public var running = 0
  /// All containers ended well and will not start again.
  public var succeeded = 0
  /// All containers ended, one of them badly.
  public var failed = 0
  /// Any other phase, `Unknown` and an absent one.
  public var unknown = 0

  /// Counts.
  public init(pending: Int = 0, running: Int = 0, succeeded: Int = 0, failed: Int = 0, unknown: Int = 0) {
    self.pending = pending
    self.running = running
    self.succeeded = succeeded
    self.failed = failed
    self.unknown = unknown
  }

  /// All pods.
  public var total: Int { pending + running + succeeded + failed + unknown }

  /// Each phase with Kubernetes' name for it, in the order of a pod's life.
  public var byName: [(phase: String, count: Int)] {
    [
      ("Pending", pending), ("Running", running), ("Succeeded", succeeded), ("Failed", failed), ("Unknown", unknown),
    ]
  }
}

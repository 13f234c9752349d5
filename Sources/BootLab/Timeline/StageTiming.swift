public import BootChain

/// One stage of the chain as it went in one boot. Every time is counted from the end of Ignition.
public struct StageTiming: Sendable, Hashable {
  /// The stage.
  public var stage: Stage
  /// Its starts, in order; empty where systemd never said a word about it.
  public var attempts: [Attempt] = []
  /// The predecessor that became ready last, for which this stage therefore waited; `nil` where it waited for none.
  public var waitedFor: String?
  /// The predecessors that were not ready yet when it started: they had failed, and `After=` lets a stage go on then.
  public var startedBefore: [String] = []

  /// One start of a unit.
  public struct Attempt: Sendable, Hashable {
    /// When it began; `nil` for what systemd does not announce, such as a target.
    public var started: Duration?
    /// When it was ready; `nil` where it never was.
    public var ready: Duration?
    /// The reason for which it was not run at all, in systemd's words.
    public var skipped: String?
    /// When and as what it failed, before it was ready or after.
    public var failed: Failure?

    /// A failure of a unit.
    public struct Failure: Sendable, Hashable {
      /// When.
      public var at: Duration
      /// systemd's word for it: `exit-code`, `signal`, `timeout`, `dependency`, …
      public var result: String
    }
  }

  /// How far a stage came.
  public enum State: String, Sendable, Hashable {
    /// Its proof stands.
    case ready
    /// A condition spared it; whoever waits for it went on.
    case skipped
    /// Its last start failed.
    case failed
    /// It has been started and is not ready.
    case starting
    /// It was never started.
    case absent
  }

  /// How far it came in this boot. A stage that was ready once stays `ready`, whatever became of it later.
  public var state: State {
    if attempts.contains(where: { $0.ready != nil }) { return .ready }
    guard let last = attempts.last else { return .absent }
    if last.skipped != nil { return .skipped }
    return last.failed == nil ? .starting : .failed
  }

  /// When it was started first; a target starts when it is ready.
  public var started: Duration? { attempts.lazy.compactMap { $0.started ?? $0.ready }.first }

  /// When it was ready first, or spared by a condition; `nil` where neither happened.
  public var ready: Duration? {
    attempts.lazy.compactMap(\.ready).first ?? (state == .skipped ? attempts.last?.started : nil)
  }

  /// How often it failed before it was ready.
  public var failures: Int { attempts.prefix { $0.ready == nil }.count { $0.failed != nil } }
}

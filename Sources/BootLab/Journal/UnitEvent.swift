/// Something that systemd said about the life of a unit.
public struct UnitEvent: Sendable, Hashable {
  /// The unit.
  public var unit: String
  /// What happened.
  public var kind: Kind
  /// When, in microseconds of the boot's monotonic clock.
  public var monotonic: Int

  /// What happens to a unit. The words in brackets are the message's name in systemd's `sd-messages.h`.
  public enum Kind: Sendable, Hashable {
    /// Its start began (`UNIT_STARTING`).
    case starting
    /// Its start ended well: a service is ready, a oneshot has finished, a target is reached (`UNIT_STARTED`).
    case ready
    /// A condition does not hold, so it was not run; whoever waits for it goes on (`UNIT_SKIPPED`).
    case skipped(String)
    /// Its start ended badly; the word is the job's result, such as `failed`, `timeout`, `dependency` (`UNIT_FAILED`).
    case startFailed(String)
    /// It entered the failed state; the word is the unit's result, such as `exit-code`, `timeout` (`UNIT_FAILURE_RESULT`).
    case failed(String)
    /// It ended well (`UNIT_SUCCESS`).
    case succeeded
    /// Its stop ended (`UNIT_STOPPED`).
    case stopped
    /// systemd will start it again (`UNIT_RESTART_SCHEDULED`).
    case restartScheduled
  }

  /// An event; see the properties.
  public init(_ unit: String, _ kind: Kind, at monotonic: Int) {
    self.unit = unit
    self.kind = kind
    self.monotonic = monotonic
  }

  /// The event that `entry` tells of; `nil` where it tells of none, or another than systemd tells it.
  public init?(_ entry: JournalEntry) {
    guard entry.isFromServiceManager, let unit = entry["UNIT"], let kind = Self.kind(entry) else { return nil }
    self.init(unit, kind, at: entry.monotonic)
  }

  private static func kind(_ entry: JournalEntry) -> Kind? {
    switch entry.messageID {
    case "7d4958e842da4a758f6c1cdc7b36dcc5": .starting
    case "39f53479d3a045ac8e11786248231fbf": isSkipped(entry.message) ? .skipped(entry.message) : .ready
    case "0e4284a0caca4bfc81c0bb6786972673": .skipped(entry.message)
    case "be02cf6855d2428ba40df7e9d022f03d": .startFailed(entry["JOB_RESULT"] ?? "failed")
    case "d9b373ed55a64feb8242e02dbe79a49c": .failed(entry["UNIT_RESULT"] ?? "failed")
    case "7ad2d189f7e94e70a38c781354912448": .succeeded
    case "9d1aaa27d60140bd96365438aad20286": .stopped
    case "5eb03494b6584870a536b337290809b3": .restartScheduled
    default: nil
    }
  }

  /// systemd tells of a unit that a condition spared as of one that started; only the words differ, and those have
  /// changed too (`job_done_message_format` in its `job.c`).
  private static func isSkipped(_ message: String) -> Bool {
    [" skipped, unmet condition check", " skipped, no trigger condition checks", " was skipped because "]
      .contains { message.contains($0) }
  }
}

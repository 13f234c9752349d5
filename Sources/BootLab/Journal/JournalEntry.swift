/// One entry of a systemd journal: its fields by name, as journalctl(1)'s `--output=json` prints them.
///
/// Names and meanings: systemd.journal-fields(7).
public struct JournalEntry: Sendable, Hashable {
  /// The fields. Of a field with several values only the first is kept; bytes that are no text become U+FFFD. A field
  /// that is too large for the output (journalctl prints `null`) is absent.
  public var fields: [String: String]

  /// When it happened on the monotonic clock of its boot, in microseconds. A jump of the wall clock does not move it.
  /// Source: `_SOURCE_MONOTONIC_TIMESTAMP` where the sender stamped it, else `__MONOTONIC_TIMESTAMP`, when journald
  /// received it.
  public var monotonic: Int

  /// An entry with `fields`; `nil` where no field says when it happened.
  public init?(_ fields: [String: String]) {
    let stamps = ["_SOURCE_MONOTONIC_TIMESTAMP", "__MONOTONIC_TIMESTAMP"]
    guard let monotonic = stamps.lazy.compactMap({ fields[$0].flatMap { Int($0) } }).first(where: { $0 >= 0 }) else {
      return nil
    }
    self.fields = fields
    self.monotonic = monotonic
  }

  /// The value of the field `name`.
  public subscript(name: String) -> String? { fields[name] }

  /// What was said, for people.
  public var message: String { fields["MESSAGE"] ?? "" }

  /// The message's kind, 32 hexadecimal digits; `nil` where it has none. systemd's own: `journalctl --catalog`.
  public var messageID: String? { fields["MESSAGE_ID"] }

  /// The boot it belongs to, 32 hexadecimal digits; empty where it is not known.
  public var bootID: String { fields["_BOOT_ID"] ?? "" }

  /// Whether the system's systemd said it: what a service claims about another unit is no evidence.
  public var isFromServiceManager: Bool { fields["_PID"] == "1" }

  /// Whether it is about `unit`: said by one of its processes, or by systemd about it.
  public func concerns(_ unit: String) -> Bool {
    fields["_SYSTEMD_UNIT"] == unit || isFromServiceManager && fields["UNIT"] == unit
  }
}

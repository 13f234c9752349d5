/// From where the time of a boot is counted: the end of Ignition's stages.
public enum BootOrigin: Sendable, Hashable {
  /// The machine has no initramfs, Ignition ran before it: the start of its systemd.
  case userspace
  /// Ignition ran in the initramfs: its `ignition-complete.target`, or where that is not in the journal, the switch to
  /// the real root.
  case initramfs
  /// A moment of the monotonic clock, in microseconds.
  case monotonic(Int)

  /// The moment in the journal of one boot, in microseconds of its monotonic clock; `nil` where the journal does not
  /// tell.
  public func moment(in entries: [JournalEntry]) -> Int? {
    switch self {
    case .monotonic(let moment): moment
    case .userspace: Self.startOfUserspace(entries) ?? entries.map(\.monotonic).min()
    case .initramfs: Self.endOfInitramfs(entries) ?? Self.startOfUserspace(entries)
    }
  }

  /// systemd says at the end of its start how long it took (`STARTUP_FINISHED`; in a container `USER_STARTUP_FINISHED`).
  private static func startOfUserspace(_ entries: [JournalEntry]) -> Int? {
    let finished = entries.first { entry in
      entry.isFromServiceManager && finishedIDs.contains(entry.messageID)
    }
    guard let finished, let duration = finished["USERSPACE_USEC"].flatMap({ Int($0) }) else { return nil }
    return max(0, finished.monotonic - duration)
  }

  private static let finishedIDs: Set<String?> = [
    "b07a249cd024414a82dd00cd181378ff", "eed00a68ffd84e31882105fd973abdd1",
  ]

  private static func endOfInitramfs(_ entries: [JournalEntry]) -> Int? {
    let events = entries.lazy.compactMap { UnitEvent($0) }
    if let complete = events.first(where: { $0.unit == "ignition-complete.target" && $0.kind == .ready }) {
      return complete.monotonic
    }
    return events.first { $0.unit == "initrd-switch-root.service" && $0.kind == .starting }?.monotonic
  }
}

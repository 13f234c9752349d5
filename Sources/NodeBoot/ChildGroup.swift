import Glibc
import Synchronization

/// The process group of the child that runs now, so that whatever ends this process ends the child and its children
/// too.
public enum ChildGroup {
  private static let current = Atomic<Int32>(0)

  /// From now on SIGTERM, SIGINT and SIGHUP kill the running child's group before they end this process.
  public static func endsWithThisProcess() {
    // A handler may not be what initialises the value that it reads.
    _ = current.load(ordering: .relaxed)
    for number in [SIGTERM, SIGINT, SIGHUP] {
      _ = signal(number) { number in
        let group = ChildGroup.current.load(ordering: .relaxed)
        if group > 0 { kill(-group, SIGKILL) }
        // Delivered when the handler returns, so that the exit status tells of the signal.
        _ = signal(number, SIG_DFL)
        kill(getpid(), number)
      }
    }
  }

  static func begin(_ group: Int32) { current.store(group, ordering: .relaxed) }

  /// Kills what is left of the group. Its leader has not been waited for yet, so its number is still its own.
  static func end(_ group: Int32) {
    kill(-group, SIGKILL)
    current.store(0, ordering: .relaxed)
  }
}

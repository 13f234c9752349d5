import Glibc
import Synchronization

/// The process group of the child that runs now, so that whatever ends this process ends the child and its children
/// too.
public enum ChildGroup {
  private static let current = Atomic<Int32>(0)

  /// From now on the signals that a terminal or systemd ends this process with kill the running child's group first.
  /// One that is ignored, as under nohup(1), stays ignored.
  public static func endsWithThisProcess() {
    // A handler may not be what initialises the value that it reads.
    _ = current.load(ordering: .relaxed)
    // Where whoever started this process ignored it, the kernel would keep no child's exit status.
    _ = signal(SIGCHLD, SIG_DFL)
    for number in [SIGTERM, SIGINT, SIGHUP, SIGQUIT] {
      let before = signal(number) { number in
        let group = ChildGroup.current.load(ordering: .relaxed)
        if group > 0 { kill(-group, SIGKILL) }
        // Delivered when the handler returns, so that the exit status tells of the signal.
        _ = signal(number, SIG_DFL)
        kill(getpid(), number)
      }
      if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { _ = signal(number, SIG_IGN) }
    }
  }

  static func begin(_ group: Int32) { current.store(group, ordering: .relaxed) }

  /// Kills what is left of the group. Its leader has not been waited for yet, so its number is still its own.
  static func end(_ group: Int32) {
    kill(-group, SIGKILL)
    _ = current.compareExchange(expected: group, desired: 0, ordering: .relaxed)
  }
}

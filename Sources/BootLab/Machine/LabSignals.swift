import Glibc
import Synchronization

/// The signals that end a program from outside. A boot in the lab is ended in order before they end this program too.
public enum LabSignals {
  private static let taken = Atomic<Int32>(0)

  /// Notes SIGHUP, SIGINT, SIGQUIT and SIGTERM from now on instead of dying of them. One that is ignored, as under nohup(1),
  /// stays ignored.
  public static func watch() {
    // A handler may not be what initialises the value that it writes.
    _ = taken.load(ordering: .relaxed)
    // A child's exit status would be lost where whoever started this process ignored it.
    _ = signal(SIGCHLD, SIG_DFL)
    for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
      let before = signal(number) { LabSignals.taken.store($0, ordering: .relaxed) }
      if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { _ = signal(number, SIG_IGN) }
    }
  }

  /// The last signal that arrived; 0 where none did.
  public static var received: Int32 { taken.load(ordering: .relaxed) }

  /// Ends with an error where a signal has arrived.
  static func check() throws(LabError) {
    let number = received
    if number != 0 { throw .interrupted(signal: number) }
  }

  /// Ends this program as `number` would have, so that a shell sees what happened.
  public static func endProgram(by number: Int32) -> Never {
    _ = signal(number, SIG_DFL)
    kill(getpid(), number)
    // Where the signal is blocked, its status is told in the shell's way.
    exit(128 + number)
  }
}

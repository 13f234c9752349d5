import Glibc
import Synchronization

/// The signals that end a program from outside: SIGHUP, SIGINT, SIGTERM. They end this one too, after its staging folders are gone. One that is
/// ignored from the start (nohup) stays ignored.
enum Interruption {
  private static let isWatched = Mutex(false)

  /// Starts to watch, once. A thread of its own takes the signals, since nothing that removes folders may run in a signal handler.
  static func watch() {
    let isFirst = isWatched.withLock { watched in
      defer { watched = true }
      return !watched
    }
    guard isFirst else { return }
    var signals = watched
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { _ in
        var signals = Interruption.watched
        var taken: Int32 = 0
        guard sigwait(&signals, &taken) == 0 else { return nil }
        StagingFolder.removeAll {
          // Ends as the signal would have ended it, so that a shell sees what happened.
          signal(taken, SIG_DFL)
          pthread_sigmask(SIG_UNBLOCK, &signals, nil)
          kill(getpid(), taken)
        }
        return nil
      }, nil)
    pthread_detach(thread)
  }

  private static var watched: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGHUP, SIGINT, SIGTERM] {
      var action = sigaction()
      let isIgnored =
        sigaction(signal, nil, &action) == 0
        && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
      if !isIgnored { sigaddset(&signals, signal) }
    }
    return signals
  }
}

import Glibc
import Synchronization

/// Signals as bytes of a pipe, so that waiting for them is waiting for a file. A mask would not do: it is each thread's
/// own, and the runtime's threads are there before any of our code.
struct SignalPipe: ~Copyable {
  private static let writer = Atomic<Int32>(-1)
  private let reader: Int32

  /// Catches `signals` from now on; `nil` where the system has no pipe for it.
  init?(_ signals: [Int32]) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    reader = ends[0]
    Self.writer.store(ends[1], ordering: .sequentiallyConsistent)
    for signal in signals {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in
        let saved = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(SignalPipe.writer.load(ordering: .sequentiallyConsistent), &byte, 1)
        errno = saved
      }
      sigaction(signal, &action, nil)
    }
  }

  /// The next signal, or `nil` where none came until `end`.
  borrowing func next(until end: ContinuousClock.Instant) -> Int32? {
    while true {
      var byte: UInt8 = 0
      if Glibc.read(reader, &byte, 1) == 1 { return Int32(byte) }
      let left = ContinuousClock.now.duration(to: end)
      guard left > .zero else { return nil }
      let (seconds, attoseconds) = left.components
      var entry = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
      // Rounded up: a wait of no time would turn around.
      _ = poll(&entry, 1, Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1))
    }
  }
}

import Glibc
import LocalFiles

/// A child between its start and its end: what it writes is read as it comes, so that it never waits for a reader.
struct RunningChild: ~Copyable {
  private let pid: pid_t
  private let output: Descriptor
  private let errors: Descriptor
  private let program: Program
  private var written = ProgramOutcome(end: .exited(0))
  private var isTooLong = false

  init(pid: pid_t, output: consuming Descriptor, errors: consuming Descriptor, program: Program) {
    self.pid = pid
    self.output = output
    self.errors = errors
    self.program = program
  }

  /// Waits for its end, or ends it at the deadline.
  consuming func outcome(startedAt start: ContinuousClock.Instant) -> ProgramOutcome {
    var isLate = false
    var open = [true, true]
    while !hasEnded {
      if start.duration(to: .now) >= program.deadline {
        isLate = true
        break
      }
      open = read(open, waiting: 50)
    }
    // Also for a child that left children behind: they would hold the pipes.
    ChildGroup.end(pid)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    // With the whole group gone, what is left in the pipes is all there is; who left the group writes to nobody.
    var drained = open
    while drained != [false, false] {
      let before = written
      drained = read(drained, waiting: 0)
      if written == before { break }
    }
    written.end = isLate ? .timedOut(program.deadline) : isTooLong ? .tooLong : Self.end(status)
    return written
  }

  /// Whether there is a status to wait for, leaving it there: until then the group's number belongs to nobody else.
  private var hasEnded: Bool {
    var information = siginfo_t()
    return waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT) == 0 && information.si_signo == SIGCHLD
  }

  private static func end(_ status: Int32) -> ProgramOutcome.End {
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
  }

  /// Reads what has come within `milliseconds` from the pipes that are `open`, and says which still are.
  private mutating func read(_ open: [Bool], waiting milliseconds: Int32) -> [Bool] {
    var polled = [
      pollfd(fd: open[0] ? output.number : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: open[1] ? errors.number : -1, events: Int16(POLLIN), revents: 0),
    ]
    // Both closed: the child ends soon, or runs on in silence.
    let time = open == [false, false] ? min(milliseconds, 10) : milliseconds
    guard poll(&polled, 2, time) > 0 else { return open }
    var left = open
    if polled[0].revents != 0 {
      let bytes = output.read(atMost: 64 << 10) ?? []
      if bytes.isEmpty { left[0] = false }
      if written.output.count + bytes.count > program.outputLimit { isTooLong = true } else { written.output += bytes }
    }
    if polled[1].revents != 0 {
      let bytes = errors.read(atMost: 64 << 10) ?? []
      if bytes.isEmpty { left[1] = false }
      written.errors += bytes
      if written.errors.count > 128 << 10 { written.errors.removeFirst(written.errors.count - 64 << 10) }
    }
    return left
  }
}

import Console
import Glibc
import NodeMetrics

/// Shows a node again and again until somebody ends it.
struct WatchLoop {
  let reader: NodeReader
  let interval: Duration

  /// Ends with SIGINT, SIGTERM or SIGHUP, or when nobody reads any more. Without a terminal each view is printed below
  /// the last.
  func run() async throws {
    guard let signals = SignalPipe([SIGINT, SIGTERM, SIGHUP, SIGWINCH]) else {
      Output.error.line("collect: error: no pipe: \(String(cString: strerror(errno)))")
      throw Exit.environment
    }
    let terminal = Terminal.isThere ? Terminal() : nil
    terminal?.begin()
    defer { terminal?.end() }
    var previous: NodeSnapshot?
    while true {
      let snapshot = await reader.read()
      // The first view has no rates; the second one comes soon.
      let end = ContinuousClock.now + (previous == nil ? min(interval, .seconds(1)) : interval)
      var signal: Int32?
      repeat {
        guard show(snapshot, previous, on: terminal) else { return }
        signal = signals.next(until: end)
      } while signal == SIGWINCH
      if signal != nil { return }
      previous = snapshot
    }
  }

  /// Whether somebody may still be reading.
  private func show(_ snapshot: NodeSnapshot, _ previous: NodeSnapshot?, on terminal: Terminal?) -> Bool {
    let size = terminal?.size ?? (width: 120, height: 1000)
    let lines = WatchView(
      nodeName: reader.nodeName, snapshot: snapshot, previous: previous, width: size.width, height: size.height
    ).lines
    if let terminal {
      terminal.draw(lines)
    } else {
      Output.standard.line(lines.map(\.text).joined(separator: "\n") + "\n")
    }
    return Output.loss == nil && !Self.isReaderGone
  }

  /// A reader who has gone is no loss, and no reason to go on either.
  private static var isReaderGone: Bool {
    var entry = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    return poll(&entry, 1, 0) > 0 && entry.revents & Int16(POLLERR | POLLHUP) != 0
  }
}

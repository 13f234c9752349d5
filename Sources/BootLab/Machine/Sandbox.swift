import Glibc

/// Namespaces of their own for everything that a run of the lab starts: processes, mounts, network. They end with their first
/// process, and that ends when this one does, however it does: it reads from a pipe that only we hold. So no process, mount,
/// bridge or namespace outlives a run.
final class Sandbox {
  private let first: LabChild
  private let log: String

  /// Makes the namespaces. What goes wrong in them is written to the file `log`.
  init(log: String) throws(LabError) {
    self.log = log
    // In `cat` nothing happens but the wait for the end of its input; the kernel kills the others when it is gone.
    first = try LabChild(
      [
        "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--propagation",
        "private", "sh", "-c", "ip link set lo up && echo ready && exec cat",
      ], output: .pipe(errors: log), holdsInput: true)
    let end = ContinuousClock.now.advanced(by: .seconds(10))
    var said: [UInt8] = []
    while said.isEmpty {
      try LabSignals.check()
      first.waitForOutput(milliseconds: 200)
      guard let bytes = first.read(), ContinuousClock.now < end else {
        throw .environment("cannot make namespaces (unshare, ip): \(Self.lastLine(of: log))")
      }
      said = bytes
    }
  }

  /// The words that run `words` inside.
  private func inside(_ words: [String]) -> [String] {
    let namespaces = "/proc/\(first.pid)/ns"
    return [
      "nsenter", "--mount=\(namespaces)/mnt", "--net=\(namespaces)/net", "--pid=\(namespaces)/pid_for_children", "--",
    ] + words
  }

  /// Starts `words` inside.
  func start(
    _ words: [String], output: LabChild.Output, environment: [String: String] = [:]
  ) throws(LabError) -> LabChild {
    try LabChild(inside(words), output: output, environment: environment)
  }

  /// Runs `words` inside to their end; an error tells the last line that they wrote.
  func run(_ words: [String], atMost limit: Duration = .seconds(60)) throws(LabError) {
    let child = try start(words, output: .file(log))
    let status = child.wait(atMost: limit)
    try LabSignals.check()
    guard status == 0 else {
      let end = status.map { "exit status \($0)" } ?? "no end after \(limit)"
      throw .environment("\(words.joined(separator: " ")): \(end): \(Self.lastLine(of: log))")
    }
  }

  /// Ends everything inside.
  func end() {
    first.closeInput()
    // Patience for the kernel, which takes every mount and process apart; SIGKILL does no more than the closed pipe.
    let end = ContinuousClock.now.advanced(by: .seconds(10))
    while ContinuousClock.now < end, first.exitStatus() == nil { usleep(10_000) }
    first.end()
  }

  deinit { end() }

  static func lastLine(of path: String) -> String {
    LabFile.lines(of: path).last { $0.contains { $0 != " " } } ?? "nothing was said"
  }
}

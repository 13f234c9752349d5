import Foundation
import TestSupport

/// `ll-bootimage` under strace, which kills it at a chosen system call.
struct KilledProgram {
  /// Every call by which it changes something on a disk, or tells of it.
  private static let calls = [
    "mkdir", "write", "fsync", "syncfs", "rename", "renameat2", "link", "unlink", "chmod", "rmdir",
  ]

  /// Whether strace is installed, and may trace.
  static let isPossible: Bool = (try? Command(["strace", "-o", "/dev/null", "true"]).status) == 0

  /// One call of a run.
  struct Moment: Sendable, CustomStringConvertible {
    var call: String
    var number: Int
    var description: String { "\(call) \(number)" }
  }

  /// The words after the program's name.
  let words: [String]

  /// The moments at which a run on a copy of `desk` can be killed; of a call that is made often, some.
  func moments(_ desk: ExampleDesk) throws -> [Moment] {
    let copy = try desk.copied()
    let log = copy.path("strace.log")
    let run = try trace(["-qq", "-e", "trace=\(Self.calls.joined(separator: ","))", "-o", log], copy)
    guard run.status == 0 else { throw ExampleDesk.Failure(description: run.errors) }
    let lines = try copy.text("strace.log").split(separator: "\n")
    return Self.calls.flatMap { call in
      let count = lines.filter { $0.contains(" \(call)(") }.count
      let numbers = count <= 3 ? Array(1...max(1, count)) : [1, count / 2 + 1, count]
      return count == 0 ? [] : Set(numbers).sorted().map { Moment(call: call, number: $0) }
    }
  }

  /// Runs it on `desk` until `moment`; whether it was killed there.
  func isKilled(at moment: Moment, _ desk: ExampleDesk) throws -> Bool {
    let inject = "inject=\(moment.call):signal=SIGKILL:when=\(moment.number)"
    let run = try trace(
      ["-qq", "-e", "trace=\(moment.call)", "-e", inject, "-o", "/dev/null"], desk)
    return run.status == 137
  }

  /// Runs it to its end.
  func run(_ desk: ExampleDesk) throws -> Command {
    try Command(program(desk), in: URL(fileURLWithPath: desk.path(".")))
  }

  private func trace(_ options: [String], _ desk: ExampleDesk) throws -> Command {
    try Command(["strace", "-f"] + options + program(desk), in: URL(fileURLWithPath: desk.path(".")))
  }

  // Relative words are the same on every copy of a desk.
  private func program(_ desk: ExampleDesk) -> [String] {
    [BuiltProgram.path("ll-bootimage")] + words + desk.simulated.opening
  }
}

import Foundation
import TestSupport

/// A moment at which strace kills a program: when it is about to make a call for the so many-th time.
struct LicenseKill: Sendable, CustomStringConvertible {
  /// Every call by which these programs put something in place, make it durable, or take it away.
  private static let calls = ["rename", "fsync", "unlink"]

  var call: String
  var number: Int
  var description: String { "killed at \(call) \(number)" }

  /// Whether strace is installed, and may trace.
  static let isPossible = (try? Command(["strace", "-o", "/dev/null", "true"]).status) == 0

  // One processor, one thread that works: strace counts for each thread by itself.
  private static let alone = ["taskset", "--cpu-list", allowedProcessor]
  private static let allowedProcessor: String = {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    return String(line?.split(separator: "\t").last?.prefix { $0.isNumber } ?? "0")
  }()

  /// What goes before a program that is to be killed then.
  var wrapper: [String] {
    Self.alone + [
      "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
      "inject=\(call):signal=SIGKILL:when=\(number)",
    ]
  }

  /// What goes before a program whose calls are to be written down.
  static func recording(_ log: String) -> [String] {
    alone + ["strace", "-f", "-qq", "-o", log, "-e", "trace=\(calls.joined(separator: ","))"]
  }

  /// All the moments of a run that was written down.
  static func moments(_ log: String) throws -> [LicenseKill] {
    var counts: [String: [Substring: Int]] = [:]
    for line in try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 1)
      guard words.count == 2, let call = calls.first(where: { words[1].drop { $0 == " " }.hasPrefix("\($0)(") }) else {
        continue
      }
      counts[call, default: [:]][words[0], default: 0] += 1
    }
    return calls.flatMap { call -> [LicenseKill] in
      let most = counts[call]?.values.max() ?? 0
      return (0..<most).map { LicenseKill(call: call, number: $0 + 1) }
    }
  }
}

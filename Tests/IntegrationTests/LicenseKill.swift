import Foundation
import TestSupport

/// A moment at which a program is killed: before it makes a call for the so many-th time.
struct LicenseKill: Sendable, CustomStringConvertible {
  /// Every call by which these programs put something in place, make it durable, or take it away.
  private static let calls = ["rename", "fsync", "unlink"]

  /// Which of all the run's calls, from 1.
  var number: Int
  /// The call that was recorded there.
  var call: String
  var description: String { "killed at call \(number), \(call)" }

  /// Whether the library that kills can be built.
  static let isPossible = (try? KillLibrary.shared.get()) != nil

  /// What goes before a program that is to be killed then.
  var wrapper: [String] {
    get throws { try KillLibrary.shared.get().wrapper(at: number, only: Self.calls) }
  }

  /// What goes before a program whose calls are to be written down.
  static func recording(_ log: String) throws -> [String] {
    try KillLibrary.shared.get().wrapper(at: 0, only: calls, log: log)
  }

  /// All the moments of a run that was written down.
  static func moments(_ log: String) throws -> [LicenseKill] {
    try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").enumerated().map { index, call in
      LicenseKill(number: index + 1, call: String(call))
    }
  }
}

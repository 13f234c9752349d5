import Foundation
import TestSupport

/// A node: `ll-agent` with its settings and state, run again and again.
final class LicenseNode: @unchecked Sendable {
  /// The name in its certificate and on its seat.
  let nodeName: String
  private let folder: TemporaryFolder
  private let name: String
  private let lock = NSLock()
  // Guarded by `lock`.
  private var running: LicenseProgram?
  private var runs = 0
  private var entering = LicenseNetwork.asRoot

  init(folder: TemporaryFolder, name: String, nodeName: String) {
    (self.folder, self.name, self.nodeName) = (folder, name, nodeName)
  }

  /// Its settings.
  var settings: String { folder.url.appendingPathComponent("\(name).conf").path }
  /// Its state's folder.
  var state: String { folder.url.appendingPathComponent("nodes/\(name)").path }
  /// The names of the files there.
  var files: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: state)) ?? []).sorted() }

  /// What it keeps across restarts, license and all: the values of its state's file by their keys.
  var kept: [String: String] {
    let lines = ((try? String(contentsOfFile: "\(state)/state", encoding: .utf8)) ?? "").split(separator: "\n")
    return lines.reduce(into: [:]) { kept, line in
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2 { kept[parts[0]] = parts[1] }
    }
  }

  /// The part of it that is the grant, with the key that it was verified with; empty where none is kept.
  var keptGrant: [String: String] { kept.filter { ["Signed", "Signature", "Key"].contains($0.key) } }

  /// What it runs from now on sees that disk.
  func use(_ disk: LicenseDisk) { lock.withLock { entering = disk.entering } }

  /// Runs `ll-agent WORDS` to its end.
  func agent(_ words: [String], seconds: Int = 120) throws -> Command {
    try Command(
      lock.withLock { entering } + [BuiltProgram.path("ll-agent")] + words + ["--config", settings], seconds: seconds)
  }

  /// Makes its key and has it certified.
  func enroll() throws {
    let done = try agent(["enroll"])
    try LicenseUnmet.unless(done.status == 0, "\(name) did not enrol: \(done.errors)")
  }

  /// Starts `ll-agent run`, behind the words of `wrapper`.
  @discardableResult
  func start(_ wrapper: [String] = []) throws -> LicenseProgram {
    let (log, entering) = lock.withLock { () -> (URL, [String]) in
      runs += 1
      return (folder.url.appendingPathComponent("\(name).\(runs).log"), self.entering)
    }
    let program = try LicenseProgram(
      entering + wrapper + [BuiltProgram.path("ll-agent"), "run", "--config", settings], log: log)
    lock.withLock { running = program }
    return program
  }

  /// Kills the agent that runs.
  func end() {
    let program = lock.withLock {
      defer { running = nil }
      return running
    }
    program?.end()
  }

  /// What the agent that runs has said.
  var said: String { lock.withLock { running }?.said ?? "" }

  /// How its license stood when it said so last.
  var standing: String {
    said.split(separator: "\n").reversed().lazy.compactMap { line -> String? in
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["standing"] as? String
    }.first ?? ""
  }

  /// What `ll-agent status` tells a program.
  func status() throws -> [String: Any] {
    let status = try agent(["status", "--format", "json"], seconds: 30)
    return try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any] ?? [:]
  }

  /// Throws where a person who asks `ll-agent QUESTION` is not told all of those words.
  func tells(_ question: String, _ words: [String]) throws {
    let answer = try agent([question], seconds: 30)
    let flat = answer.output.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    for part in words {
      try LicenseUnmet.unless(flat.contains(part), "\(question) does not say \(part): \(answer.output)\(answer.errors)")
    }
  }

  /// Whether it is licensed, by its own word now.
  func isLicensed() throws -> Bool { try status()["licensed"] as? Bool ?? false }

  /// Waits until it says that it stands so.
  func await(_ standing: String, seconds: Double = 90) throws {
    try LicenseUnmet.within(seconds, "\(name) is \(standing), it said:\n\(said)") { self.standing == standing }
  }
}

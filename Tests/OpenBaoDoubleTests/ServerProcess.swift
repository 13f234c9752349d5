import Foundation
import TestSupport

/// A server in a process of its own, so that it can be killed.
final class ServerProcess {
  private let process = Process()
  private let log: URL

  init(_ master: RenderedMaster, program: String = BuiltProgram.path("openbao-double"), faults: String? = nil) throws {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["server", "-config=\(master.path("conf"))"]
    var environment = ProcessInfo.processInfo.environment
    environment["OPENBAO_DOUBLE_FAULTS"] = faults
    process.environment = environment
    log = try master.folder.write("", to: "log-\(UUID().uuidString)")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: log)
    process.standardError = process.standardOutput
    try process.run()
  }

  deinit { end(SIGKILL) }

  func end(_ signal: Int32) {
    if process.isRunning { kill(process.processIdentifier, signal) }
    process.waitUntilExit()
  }

  /// It does nothing for `seconds`, as on a machine that is too slow.
  func pause(seconds: Double) async throws {
    kill(process.processIdentifier, SIGSTOP)
    defer { kill(process.processIdentifier, SIGCONT) }
    try await Task.sleep(for: .seconds(seconds))
  }

  /// Its exit status, once it has ended; `nil` where it has not within `seconds`.
  func status(within seconds: Double) -> Int32? {
    let end = Date().addingTimeInterval(seconds)
    while process.isRunning && Date() < end { Thread.sleep(forTimeInterval: 0.05) }
    return process.isRunning ? nil : process.terminationStatus
  }

  var output: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
}

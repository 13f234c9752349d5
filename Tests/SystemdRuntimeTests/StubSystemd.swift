import Foundation
import SystemdRuntime
import TestSupport

/// The script in Fixtures, running, at a socket of its own. It ends with this object.
final class StubSystemd {
  private let folder: TemporaryFolder
  private let process = Process()
  private let lifeline = Pipe()
  let address: BusAddress

  /// - Parameter fault: how it misbehaves, in the script's words.
  init(isBus: Bool = true, fault: String? = nil) throws {
    folder = try TemporaryFolder()
    let path = folder.url.appendingPathComponent("socket").path
    address = BusAddress(path: path, isBus: isBus)
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Fixtures/systemd.py")
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["timeout", "--signal=KILL", "120", "python3", script.path, path] + (isBus ? ["bus"] : [])
      + (fault.map { [$0] } ?? [])
    let output = folder.url.appendingPathComponent("output")
    try Data().write(to: output)
    process.standardInput = lifeline
    process.standardOutput = try FileHandle(forWritingTo: output)
    try process.run()
    let deadline = ContinuousClock.now + .seconds(30)
    while !calls.contains("ready"), ContinuousClock.now < deadline { usleep(10_000) }
  }

  deinit { stop() }

  /// What it was asked, in order; `ready` comes first.
  var calls: [String] {
    let text = (try? folder.text("output")) ?? ""
    return text.split(separator: "\n").map(String.init)
  }

  /// Ends it as a stopped bus ends: the socket's file stays.
  func stop() {
    guard process.isRunning else { return }
    try? lifeline.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}

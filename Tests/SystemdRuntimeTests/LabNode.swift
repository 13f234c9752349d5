import Foundation
import SystemdRuntime
import TestSupport

/// The boot lab's tree with a real systemd, alone in a container (scripts/lab/nspawn). It ends with this object.
final class LabNode {
  static let isThere = ProcessInfo.processInfo.environment["LL_LAB"] != nil && geteuid() == 0
  static let whyNot = "LL_LAB names no lab (make boot), or this is not root"

  /// The node's process 1, as this machine counts.
  let process: pid_t
  private let folder: TemporaryFolder
  private let program = Process()

  /// Boots a node with these units, all of them enabled, and waits until its start is over.
  init(units: [String: String]) throws {
    folder = try TemporaryFolder()
    let listed = units.sorted { $0.key < $1.key }.map { name, text in
      ["name": name, "enabled": true, "contents": text] as [String: Any]
    }
    // The lab names the node's interface after what its config says.
    let connection: [String: Any] = [
      "path": "/etc/NetworkManager/system-connections/host0.nmconnection", "mode": 0o600,
      "contents": ["source": "data:,%5Bconnection%5D%0Aid=host0%0Atype=ethernet%0Ainterface-name=host0%0A"],
    ]
    let config: [String: Any] = [
      "ignition": ["version": "3.3.0"], "systemd": ["units": listed], "storage": ["files": [connection]],
    ]
    let file = folder.url.appendingPathComponent("node.ign")
    try JSONSerialization.data(withJSONObject: config).write(to: file)
    let script = SharedFolder.checkout.appendingPathComponent("scripts/lab/nspawn").path
    let state = folder.url.appendingPathComponent("state")
    program.executableURL = URL(fileURLWithPath: script)
    program.arguments = ["--timeout", "240", file.path, state.path]
    program.standardOutput = FileHandle.nullDevice
    program.standardError = FileHandle.nullDevice
    try program.run()
    let deadline = ContinuousClock.now + .seconds(120)
    var found: pid_t?
    while found == nil, ContinuousClock.now < deadline, program.isRunning {
      usleep(100_000)
      found = Self.firstProcess(state)
    }
    guard let found else {
      Self.end(program)
      throw CocoaError(.executableLoad)
    }
    process = found
  }

  deinit { stop() }

  /// systemd and the bus as this machine reaches them: below the node's root.
  var addresses: [BusAddress] { BusAddress.host(root: "/proc/\(process)/root") }

  /// What a program says inside the node.
  func run(_ words: [String]) throws -> String {
    let command = try Command(["nsenter", "--all", "--target", "\(process)"] + words, seconds: 60)
    return command.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func stop() {
    // The script was started with SIGTERM blocked, as Foundation blocks it on a thread that is not the main one.
    _ = try? Command(["kill", "-RTMIN+4", "\(process)"], seconds: 10)
    let deadline = ContinuousClock.now + .seconds(30)
    while program.isRunning, ContinuousClock.now < deadline { usleep(50_000) }
    Self.end(program)
  }

  /// Takes the node with it.
  private static func end(_ program: Process) {
    if program.isRunning { kill(program.processIdentifier, SIGKILL) }
    program.waitUntilExit()
  }

  private static func firstProcess(_ state: URL) -> pid_t? {
    func words(_ path: String) -> String? {
      (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    guard let cgroup = words(state.appendingPathComponent("cgroup").path), !cgroup.isEmpty else { return nil }
    return words("\(cgroup)/payload/init.scope/cgroup.procs").flatMap {
      $0.split(separator: "\n").first.flatMap { pid_t($0) }
    }
  }
}

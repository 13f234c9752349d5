import Foundation
import Glibc

/// swtpm with a state of its own in a temporary folder, behind a Unix socket; it goes with this object.
///
/// It serves one connection at a time: whoever wants to reach it beside a `TPM` of the test waits until that one is
/// closed.
public final class SoftwareTPM: @unchecked Sendable {
  /// Where its state and its sockets are.
  public let folder: TemporaryFolder
  private let lock = NSLock()
  // Guarded by `lock`.
  private var process: Process?

  /// What cannot be had.
  public enum Failure: Error {
    /// swtpm did not answer within a minute; its log.
    case notReady(String)
  }

  /// Whether swtpm is installed, so that a suite can skip itself by name.
  public static let isInstalled = (try? Command(["swtpm", "--version"]).status) == 0

  /// Starts one that was never used before.
  public init() throws {
    // tss2 writes to a socket whose other end a test has killed.
    signal(SIGPIPE, SIG_IGN)
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("state"), withIntermediateDirectories: true)
    try start()
  }

  deinit { kill() }

  /// How it is reached: `swtpm:path=…`. The control socket is beside it, with `.ctrl`.
  public var tcti: String { "swtpm:path=\(socket)" }

  /// The process's number; `nil` while it is not running.
  public var processID: Int32? {
    guard let text = try? folder.text("pid") else { return nil }
    return Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// Kills it without a warning, as a power cut does.
  public func kill() {
    lock.lock()
    defer { lock.unlock() }
    guard let process else { return }
    // Not SIGTERM: it waits until its connection is closed.
    if let processID { _ = Glibc.kill(processID, SIGKILL) } else { process.terminate() }
    process.waitUntilExit()
    self.process = nil
  }

  /// Starts it again with what it had saved, as a machine that is switched on: PCRs are zero and sessions gone.
  public func start() throws {
    lock.lock()
    defer { lock.unlock() }
    guard process == nil else { return }
    for name in ["socket", "socket.ctrl", "pid"] {
      try? FileManager.default.removeItem(at: folder.url.appendingPathComponent(name))
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // A test that is killed cannot stop it; it ends by itself then.
    process.arguments = [
      "timeout", "--kill-after=5", "900", "swtpm", "socket", "--tpm2", "--tpmstate", "dir=\(path("state"))",
      "--server", "type=unixio,path=\(socket)", "--ctrl", "type=unixio,path=\(socket).ctrl",
      "--flags", "not-need-init,startup-clear", "--pid", "file=\(path("pid"))", "--log", "file=\(path("log"))",
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    self.process = process
    for _ in 0..<6000 {
      if processID != nil, let connection = try? UnixSocket(connectedTo: "\(socket).ctrl") {
        connection.close()
        return
      }
      usleep(10_000)
    }
    throw Failure.notReady((try? folder.text("log")) ?? "")
  }

  /// Kills it and starts it again with what it had saved.
  public func restart() throws {
    kill()
    try start()
  }

  /// A way to it that records each byte and can break, for as long as the object is kept.
  public func recordedLine() throws -> RecordedTPMLine { try RecordedTPMLine(to: socket) }

  private var socket: String { path("socket") }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }
}

import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// An `ll-agent run` as systemd would start it: it notifies a socket of the test's.
final class RunningAgent {
  let folder: TemporaryFolder
  private let process = Process()
  private let notifications: Notifications
  private let log: URL

  /// - Parameter prepare: what has to be in its folder before it starts.
  init(_ settings: String, prepare: (TemporaryFolder) throws -> Void = { _ in }) throws {
    folder = try TemporaryFolder()
    for name in ["state", "run"] {
      try FileManager.default.createDirectory(
        at: folder.url.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    let place = folder.url.path
    let text = settings.replacingOccurrences(of: "@", with: place)
    let file = try folder.write(text, to: "ll-agent.conf")
    try prepare(folder)
    let path = place + "/notify"
    let listening = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listening, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
    notifications = Notifications(listening)
    log = folder.url.appendingPathComponent("log")
    try Data().write(to: log)
    process.executableURL = URL(fileURLWithPath: BuiltProgram.path("ll-agent"))
    process.arguments = ["run", "--config", file.path]
    process.environment = [
      "NOTIFY_SOCKET": path, "PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": "/opt/swift/usr/lib/swift/linux",
    ]
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    notifications.end()
  }

  var logged: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

  /// Its process.
  var processID: Int32 { process.processIdentifier }

  /// The names of its threads.
  var threads: [String] {
    let tasks = "/proc/\(processID)/task"
    return ((try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []).compactMap {
      (try? String(contentsOfFile: "\(tasks)/\($0)/comm", encoding: .utf8))?.trimmingCharacters(in: .newlines)
    }
  }

  /// Puts other settings in place, `@` for its folder, and has them read.
  func reload(_ settings: String) throws {
    try folder.write(settings.replacingOccurrences(of: "@", with: folder.url.path), to: "ll-agent.conf")
    signal(SIGHUP)
  }

  /// Whether its log comes to hold `words` within `seconds`.
  func logs(_ words: String, seconds: Int = 40) -> Bool {
    let end = Date() + Double(seconds)
    while Date() < end {
      if logged.contains(words) { return true }
      usleep(50_000)
    }
    return logged.contains(words)
  }

  /// Whether a notification with `words` comes within `seconds`.
  func notifies(_ words: String, seconds: Int = 40) -> Bool {
    let end = Date() + Double(seconds)
    while Date() < end {
      if notifications.take(words) { return true }
      usleep(20_000)
    }
    return false
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  func ask(_ command: String, _ arguments: [String] = []) throws -> Command {
    try Command(
      [BuiltProgram.path("ll-agent"), command, "--config", folder.url.path + "/ll-agent.conf"] + arguments, seconds: 60)
  }

  /// The exit status, once it has ended by itself; within half a minute.
  func end() -> Int32 {
    let end = Date() + 30
    while process.isRunning, Date() < end { usleep(20_000) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// What comes to a notification socket, read at once as systemd does: who notifies waits for a reader.
private final class Notifications: Sendable {
  private let texts = Mutex<(all: [String], isOver: Bool)>(([], false))

  /// Reads `socket` until ``end()``, and closes it then.
  init(_ socket: Int32) {
    Thread.detachNewThread { [self] in
      var buffer = [UInt8](repeating: 0, count: 4096)
      while !texts.withLock({ $0.isOver }) {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, 200) > 0 else { continue }
        let count = recv(socket, &buffer, buffer.count, 0)
        let text = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        texts.withLock { $0.all.append(text) }
      }
      close(socket)
    }
  }

  /// Whether one with `words` has come; it and those before it are gone then.
  func take(_ words: String) -> Bool {
    texts.withLock { texts in
      guard let index = texts.all.firstIndex(where: { $0.contains(words) }) else { return false }
      texts.all.removeFirst(index + 1)
      return true
    }
  }

  func end() { texts.withLock { $0.isOver = true } }
}

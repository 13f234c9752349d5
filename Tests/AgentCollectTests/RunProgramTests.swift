import Foundation
import Glibc
import TestSupport
import Testing

/// An `ll-agent run` as systemd would start it: it notifies a socket of the test's.
private final class RunningAgent {
  let folder: TemporaryFolder
  private let process = Process()
  private let socket: Int32
  private let log: URL

  init(_ settings: String) throws {
    folder = try TemporaryFolder()
    for name in ["state", "run"] {
      try FileManager.default.createDirectory(
        at: folder.url.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    let place = folder.url.path
    let text = settings.replacingOccurrences(of: "@", with: place)
    let file = try folder.write(text, to: "ll-agent.conf")
    let path = place + "/notify"
    let listening = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    socket = listening
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listening, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
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
    close(socket)
  }

  var logged: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

  /// Whether a notification with `words` comes within `seconds`.
  func notifies(_ words: String, seconds: Int = 40) -> Bool {
    let end = Date() + Double(seconds)
    while Date() < end {
      var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, 1000) > 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = recv(socket, &buffer, buffer.count, 0)
      if String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self).contains(words) { return true }
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

@Suite("ll-agent run, the program", .serialized)
struct RunProgramTests {
  private static let settings = """
    [Agent]
    NodeName=worker-1
    Operator=127.0.0.1:1
    OperatorName=operator.test
    OperatorAnchor=@/anchors.pem
    StateDirectory=@/state
    RuntimeDirectory=@/run
    Listen=127.0.0.1:0
    """

  @Test("ready before it is licensed, it says why it is not, reloads, and ends in order with status 0")
  func service() throws {
    let agent = try RunningAgent(Self.settings)
    #expect(agent.notifies("READY=1"), "\(agent.logged)")
    #expect(agent.notifies("STATUS="))
    let status = try agent.ask("status")
    #expect(status.status == 0, "\(status.errors)")
    #expect(!status.output.isEmpty)
    var answer: [String: Any]?
    // The first dial waits for a random moment of two seconds.
    for _ in 0..<20 where answer?["fault"] == nil {
      let explained = try agent.ask("explain", ["--format", "json"])
      answer = try JSONSerialization.jsonObject(with: Data(explained.output.utf8)) as? [String: Any]
      usleep(300_000)
    }
    #expect(answer?["licensed"] as? Bool == false)
    #expect(answer?["node"] as? String == "worker-1")
    #expect(answer?["failedCheck"] as? String == "connection" || answer?["standing"] as? String == "connecting")
    #expect((answer?["fault"] as? String)?.contains("this node has no valid certificate") == true)
    agent.signal(SIGHUP)
    #expect(agent.notifies("RELOADING=1"))
    #expect(agent.notifies("READY=1"))
    let began = Date()
    agent.signal(SIGTERM)
    #expect(agent.end() == 0, "\(agent.logged)")
    #expect(Date().timeIntervalSince(began) < 15)
    #expect(!FileManager.default.fileExists(atPath: agent.folder.url.path + "/run/status.sock"))
  }

  @Test("without an agent, status says so, shows what is remembered, and ends with 3")
  func stopped() throws {
    let folder = try TemporaryFolder()
    let text = Self.settings.replacingOccurrences(of: "@", with: folder.url.path)
    let file = try folder.write(text, to: "ll-agent.conf").path
    let status = try Command([BuiltProgram.path("ll-agent"), "status", "--config", file], seconds: 60)
    #expect(status.status == 3)
    #expect(status.output.contains("The agent is not running"))
    #expect(status.errors.contains("the agent is not running"))
  }

  @Test("check says a line for each thing that it tests, and ends with 3 where one failed")
  func check() throws {
    let folder = try TemporaryFolder()
    let text = Self.settings.replacingOccurrences(of: "@", with: folder.url.path)
    let file = try folder.write(text, to: "ll-agent.conf").path
    let check = try Command([BuiltProgram.path("ll-agent"), "check", "--config", file], seconds: 60)
    #expect(check.status == 3)
    let names = check.output.split(separator: "\n").map { String($0.prefix { $0 != ":" }) }
    #expect(names == ["state", "tpm", "openbao", "operator", "kubelet", "clock"], "\(check.output)")
    #expect(check.output.contains("operator: failed: 127.0.0.1:1: \(folder.url.path)/anchors.pem: it is not there"))
    #expect(check.output.contains("tpm: skipped"))
  }

  @Test("what is missing is said all at once, and the exit is 1")
  func missing() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("[OpenBao]\nMount=pki/platform\n", to: "ll-agent.conf").path
    let run = try Command([BuiltProgram.path("ll-agent"), "run", "--config", file], seconds: 60)
    #expect(run.status == 1)
    for key in ["Operator=", "OperatorAnchor=", "Address=", "Anchor=", "Role=", "IssuerAnchor="] {
      #expect(run.errors.contains("without \(key)"), "\(run.errors)")
    }
  }

  @Test("enroll without an issuer says what the settings need, and ends with 3")
  func enroll() throws {
    let folder = try TemporaryFolder()
    let text = Self.settings.replacingOccurrences(of: "@", with: folder.url.path)
    let file = try folder.write(text, to: "ll-agent.conf").path
    let enroll = try Command([BuiltProgram.path("ll-agent"), "enroll", "--config", file], seconds: 60)
    #expect(enroll.status == 3)
    #expect(enroll.errors.contains("[OpenBao] needs Mount=, Role= and IssuerAnchor="), "\(enroll.errors)")
  }
}

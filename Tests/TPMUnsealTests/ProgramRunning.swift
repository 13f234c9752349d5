import Foundation
import Glibc
import TestSupport

/// The program under test while it runs: it can be looked at, and killed.
struct RunningProgram {
  let processID: pid_t

  /// How it ended.
  struct End {
    /// The signal that ended it; `nil` where it ended by itself.
    var signal: Int32?
    /// Whether the kernel wrote a core dump.
    var isCoreDumped: Bool
  }

  /// Starts `words` in the node's disk folder, outputs into files there; a core dump is allowed as far as this goes.
  init(_ node: ProgramNode, _ words: [String], tcti: String? = nil, output: String = "/dev/null") throws {
    let script = #"ulimit -c unlimited 2>/dev/null; cd "$1" || exit 9; shift; exec "$@""#
    let all = ["/bin/sh", "-c", script, "sh", node.disk.url.path] + words
    var arguments = all.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    // `swift test` asks the runtime for backtraces, whose handler would take the signals that are to end the program.
    let own = ["LL_TCTI=\(tcti ?? node.software.tcti)", "SWIFT_BACKTRACE=enable=no"]
    var variables = (own + Self.environment).map { strdup($0) } + [nil]
    defer { for variable in variables { free(variable) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for stream in [1, 2] as [Int32] {
      posix_spawn_file_actions_addopen(&actions, stream, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Threads of the runtime block signals, and a child inherits that.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var process = pid_t()
    let code = posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, &variables)
    guard code == 0 else { throw POSIXError(.init(rawValue: code) ?? .EIO) }
    processID = process
  }

  private static var environment: [String] {
    ProcessInfo.processInfo.environment.filter { !["LL_TCTI", "SWIFT_BACKTRACE"].contains($0.key) }.map {
      "\($0.key)=\($0.value)"
    }
  }

  /// The program's arguments: `ll-tpm` and `words`.
  static func words(_ words: [String]) -> [String] { [BuiltProgram.path("ll-tpm")] + words }

  func send(_ signal: Int32) { _ = kill(processID, signal) }

  /// Sends it a signal until it ends, for ten seconds; then it is killed.
  func end(by signal: Int32) -> End {
    for _ in 0..<1000 {
      send(signal)
      usleep(10_000)
      var status: Int32 = 0
      if waitpid(processID, &status, WNOHANG) == processID { return Self.end(status) }
    }
    send(SIGKILL)
    return end()
  }

  /// Waits for its end.
  func end() -> End {
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0 && errno == EINTR {}
    return Self.end(status)
  }

  private static func end(_ status: Int32) -> End {
    let signal = status & 0x7F
    return End(signal: signal == 0 ? nil : signal, isCoreDumped: signal != 0 && status & 0x80 != 0)
  }

  /// A file of its folder in /proc.
  func proc(_ name: String) -> [UInt8] {
    (try? Array(FileHandle(forReadingAtPath: "/proc/\(processID)/\(name)")?.readToEnd() ?? Data())) ?? []
  }

  /// How long a run takes that nobody kills, in seconds.
  static func duration(_ node: ProgramNode, _ words: [String]) async throws -> Double {
    let start = ContinuousClock.now
    _ = try RunningProgram(node, Self.words(words)).end()
    return Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000
  }

  /// Runs it and kills it after so many seconds, and flushes what it left in the TPM, as the kernel's resource
  /// manager does. Whether it was still running.
  static func isKilled(_ node: ProgramNode, _ words: [String], after seconds: Double) async throws -> Bool {
    let program = try RunningProgram(node, Self.words(words))
    // Not a task's sleep: where other tests have every thread, it ends long after the program.
    usleep(useconds_t(seconds * 1_000_000))
    program.send(SIGKILL)
    let end = program.end()
    for kind in ["-t", "-l", "-s"] { try node.tool("tpm2_flushcontext", kind) }
    return end.signal == SIGKILL
  }
}

extension ProgramNode {
  /// Whether any file below the folder holds `bytes`.
  func holds(_ bytes: [UInt8], below folder: URL) throws -> Bool {
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
    while let file = files?.nextObject() as? URL {
      guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
      if try Data(contentsOf: file).range(of: Data(bytes)) != nil { return true }
    }
    return false
  }
}

import Glibc

/// An exporter that runs, and the connection on which it is asked.
final class Contender {
  let name: String
  private let process: pid_t
  private let connection: Int32
  private var answer: [UInt8] = []
  private(set) var latencies: [Double] = []
  private(set) var costs: [Double] = []

  /// Ours; `rootfs` is `/` or a tree.
  static func ours(_ choice: Choice, rootfs: String) -> Contender {
    let port = Pipe()
    let words = ["/proc/self/exe", "serve", choice.rawValue, rootfs]
    let process = spawn(words, output: port.write)
    guard let number = UInt16(port.line()) else { fail("our own server does not start") }
    return Contender("ours, \(choice == .all ? "everything" : "8 collectors")", process, number)
  }

  /// Debian's prometheus-node-exporter.
  static func theirs(_ choice: Choice, rootfs: String) -> Contender {
    let listener = Loopback.listener()
    close(listener.descriptor)
    var words = ["prometheus-node-exporter", "--web.listen-address=127.0.0.1:\(listener.port)"]
    words += ["--web.disable-exporter-metrics", "--log.level=error"] + choice.flags
    if rootfs != "/" {
      words += ["--path.rootfs=\(rootfs)", "--path.procfs=\(rootfs)/proc", "--path.sysfs=\(rootfs)/sys"]
    }
    let process = spawn(words, output: nil)
    return Contender("node_exporter, \(choice == .all ? "all defaults" : "8 collectors")", process, listener.port)
  }

  private init(_ name: String, _ process: pid_t, _ port: UInt16) {
    self.name = name
    self.process = process
    let end = ContinuousClock.now + .seconds(20)
    var connected = Loopback.connection(to: port)
    while connected == nil, ContinuousClock.now < end {
      usleep(20_000)
      connected = Loopback.connection(to: port)
    }
    guard let connected else { fail("\(name) does not listen") }
    connection = connected
    // The first samples open what stays open.
    for _ in 0..<5 { scrape() }
    latencies = []
  }

  deinit {
    close(connection)
    kill(process, SIGKILL)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  /// Asks `count` times; what each took, and what all of them cost, are kept.
  func turn(_ count: Int) {
    let before = processorTime
    for _ in 0..<count { scrape() }
    costs.append((processorTime - before) / Double(count))
  }

  /// Bytes that are allocated, which only ours tells.
  var heap: Int {
    let count = Loopback.get("/heap", connection, &answer)
    return Int(String(decoding: answer[..<count].filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)) ?? 0
  }

  /// Series in the last answer.
  var series: Int {
    scrape()
    return answer.split(separator: UInt8(ascii: "\n")).filter {
      $0.contains(UInt8(ascii: " ")) && $0.first != UInt8(ascii: "#")
    }
    .count
  }

  /// All of the resident set, and what of it is anonymous, in MiB. Source: proc(5), `/proc/[pid]/status`.
  var memory: (resident: Double, anonymous: Double) {
    (Self.status("VmRSS:", process), Self.status("RssAnon:", process))
  }

  /// In µs.
  var cost: Double { Statistics.quantile(costs, 0.5) }

  private func scrape() {
    let start = ContinuousClock.now
    _ = Loopback.get("/metrics", connection, &answer)
    let elapsed = (ContinuousClock.now - start).components
    latencies.append(Double(elapsed.seconds) * 1e6 + Double(elapsed.attoseconds) / 1e12)
  }

  /// In µs. Source: clock_getcpuclockid(3).
  private var processorTime: Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { fail("\(name) has ended") }
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
  }

  private static func status(_ key: String, _ process: pid_t) -> Double {
    guard let file = fopen("/proc/\(process)/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        .split(whereSeparator: \.isWhitespace)
      if words.count > 1, words[0] == key { return (Double(words[1]) ?? 0) / 1024 }
    }
    return 0
  }

  /// Starts a program that ends when this one does.
  private static func spawn(_ words: [String], output: Int32?) -> pid_t {
    let words = ["setpriv", "--pdeathsig", "KILL"] + words.map { $0 == "/proc/self/exe" ? ownProgram : $0 }
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let output {
      posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    }
    // What node_exporter says of files that a tree does not have is of no interest.
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var process = pid_t()
    guard posix_spawnp(&process, words[0], &actions, nil, &arguments, environ) == 0 else {
      fail("cannot start \(words[3])")
    }
    return process
  }

  private static var ownProgram: String {
    var path = [CChar](repeating: 0, count: 4096)
    guard readlink("/proc/self/exe", &path, path.count - 1) > 0 else { fail("no /proc") }
    return String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// The way back from a program that was started.
private struct Pipe {
  let read: Int32
  let write: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { fail("no pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (read, write) = (ends[0], ends[1])
  }

  /// The first line that comes; both ends are closed then.
  func line() -> String {
    close(write)
    defer { close(read) }
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while Glibc.read(read, &byte, 1) == 1, byte != UInt8(ascii: "\n") { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

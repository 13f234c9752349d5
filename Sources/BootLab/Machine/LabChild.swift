import Glibc

/// A child process of the lab, in a process group of its own so that a terminal's signals reach only us; it is killed with
/// its owner.
final class LabChild {
  /// Where its standard output and error go.
  enum Output {
    /// Into a file, which is created or appended to.
    case file(String)
    /// Standard output is read through ``LabChild/read()``; standard error goes to the file.
    case pipe(errors: String)
  }

  let pid: pid_t
  private let output: Int32?
  private var input: Int32?
  private var status: Int32?

  /// Starts `words`, the first looked up on PATH, with this process's environment. Its standard input is empty, or a pipe
  /// that stays open until ``closeInput()``.
  init(
    _ words: [String], output: Output, environment: [String: String] = [:], holdsInput: Bool = false
  ) throws(LabError) {
    var opened: [Int32] = []
    defer { for descriptor in opened { close(descriptor) } }
    func own(_ descriptor: Int32, _ what: String) throws(LabError) -> Int32 {
      guard descriptor >= 0 else { throw .environment("\(what): \(String(cString: strerror(errno)))") }
      opened.append(descriptor)
      return descriptor
    }
    let path =
      switch output {
      case .file(let path), .pipe(let path): path
      }
    let file = try own(open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600), path)
    let empty = try own(open("/dev/null", O_RDONLY | O_CLOEXEC), "/dev/null")
    var (inner, outer): (Int32?, Int32?) = (nil, nil)
    if holdsInput {
      let ends = try Self.connection()
      opened.append(ends.theirs)
      (inner, input) = (ends.theirs, ends.ours)
    } else {
      input = nil
    }
    var theirs: Int32?
    if case .pipe = output {
      let ends = try Self.connection()
      opened.append(ends.theirs)
      (theirs, outer) = (ends.theirs, ends.ours)
      _ = fcntl(ends.ours, F_SETFL, O_NONBLOCK)
    }
    self.output = outer
    var pid: pid_t = 0
    let failure = Self.spawn(&pid, words, [inner ?? empty, theirs ?? file, file], environment)
    self.pid = pid
    guard failure == 0 else {
      status = -1
      throw .environment("\(words.first ?? ""): \(String(cString: strerror(failure)))")
    }
  }

  /// Two ends of a stream that no other child inherits, whoever starts one at the same moment: glibc's module has no pipe2(2).
  private static func connection() throws(LabError) -> (ours: Int32, theirs: Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .environment("socketpair: \(String(cString: strerror(errno)))")
    }
    return (ends[0], ends[1])
  }

  deinit {
    end()
    if let output { close(output) }
  }

  /// What has been written to the pipe: `nil` at its end, empty where nothing is there now.
  func read() -> [UInt8]? {
    guard let output else { return nil }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(output, &buffer, buffer.count)
      if count > 0 {
        bytes += buffer[..<count]
      } else if count < 0, errno == EINTR {
        continue
      } else {
        let isOver = count == 0 || errno != EAGAIN
        return isOver && bytes.isEmpty ? nil : bytes
      }
    }
  }

  /// Waits at most `milliseconds` for something to read. A signal ends the wait.
  func waitForOutput(milliseconds: Int32) {
    var polled = pollfd(fd: output ?? -1, events: Int16(POLLIN), revents: 0)
    _ = poll(&polled, 1, milliseconds)
  }

  /// Its exit status, 128 and the number for a signal; `nil` while it runs.
  func exitStatus() -> Int32? {
    if let status { return status }
    var word: Int32 = 0
    guard waitpid(pid, &word, WNOHANG) == pid else { return nil }
    let signal = word & 0x7F
    status = signal == 0 ? (word >> 8) & 0xFF : 128 + signal
    return status
  }

  /// Waits for its end: its exit status, or `nil` after `limit` or when a signal asks this process to end.
  func wait(atMost limit: Duration) -> Int32? {
    let end = ContinuousClock.now.advanced(by: limit)
    while ContinuousClock.now < end, LabSignals.received == 0 {
      if let status = exitStatus() { return status }
      usleep(20_000)
    }
    return exitStatus()
  }

  /// Waits for its end, whatever signal arrives.
  func waitForEnd() { while exitStatus() == nil { usleep(5_000) } }

  /// Closes its standard input.
  func closeInput() {
    if let input { close(input) }
    input = nil
  }

  /// Kills its group where it still runs, and waits for it.
  func end() {
    closeInput()
    guard exitStatus() == nil else { return }
    kill(-pid, SIGKILL)
    var word: Int32 = 0
    while waitpid(pid, &word, 0) < 0, errno == EINTR {}
    status = 128 + SIGKILL
  }

  private static func spawn(
    _ pid: inout pid_t, _ words: [String], _ standard: [Int32], _ added: [String: String]
  ) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, descriptor) in standard.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(target))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    // Handlers go with exec, but what is ignored stays ignored.
    var reset = sigset_t()
    sigfillset(&reset)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &reset)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var settings = added
    for name in ["PATH", "HOME", "LANG", "TMPDIR", "LL_CACHE", "XDG_CACHE_HOME"] where settings[name] == nil {
      settings[name] = getenv(name).map { String(cString: $0) }
    }
    var arguments = words.map { strdup($0) } + [nil]
    var environment = settings.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in arguments + environment { free(pointer) } }
    return posix_spawnp(&pid, words.first ?? "", &actions, &attributes, &arguments, &environment)
  }
}

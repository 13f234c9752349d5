import Glibc
import OpenFiles
import Synchronization

/// A child with every signal unblocked and at its default. Dispatch's and Swift's threads have signals blocked, a child
/// inherits that, and a container's processes from podman: none of them would end at SIGTERM.
struct SpawnedProcess: Sendable {
  let pid: pid_t
  /// Where both of its streams can be read, to be closed by whoever started it; -1 where they go nowhere.
  let output: Int32

  private static let isSpawning = Mutex(())

  /// The first word is looked for on PATH.
  init(_ words: [String], keepsOutput: Bool = false) throws(Refusal) {
    // One at a time: a pipe is everybody's until it is marked, and a child that keeps it keeps its reader waiting.
    self = try Self.isSpawning.withLock { (_) throws(Refusal) in
      try SpawnedProcess(spawning: words, keepsOutput: keepsOutput)
    }
  }

  private init(spawning words: [String], keepsOutput: Bool) throws(Refusal) {
    var ends: [Int32] = [-1, -1]
    if keepsOutput {
      guard pipe(&ends) == 0 else { throw Refusal("pipe: \(String(cString: strerror(errno)))") }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer {
      close(null)
      if ends[1] >= 0 { close(ends[1]) }
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, null, 0)
    for target in [Int32(1), 2] {
      posix_spawn_file_actions_adddup2(&actions, keepsOutput ? ends[1] : null, target)
    }
    OpenFiles.keepFromChildren()
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var number = pid_t()
    let failure = posix_spawnp(&number, words.first ?? "", &actions, &attributes, &arguments, environ)
    guard failure == 0 else {
      if ends[0] >= 0 { close(ends[0]) }
      throw Refusal("exec: \"\(words.first ?? "")\": \(String(cString: strerror(failure)))")
    }
    pid = number
    output = ends[0]
  }

  func send(_ signal: Int32) { kill(pid, signal) }

  /// The exit status; 128 and the signal's number where one ended it. The calling thread waits.
  func wait() -> Int {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
      if errno != EINTR { return -1 }
    }
    let signal = Int(status & 0x7f)
    return signal == 0 ? Int((status >> 8) & 0xff) : 128 + signal
  }
}

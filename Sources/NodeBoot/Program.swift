import Glibc
import LocalFiles

/// A program to run as a child: its arguments as they are (no shell), nothing of this process's environment, a process
/// group of its own, and a deadline.
struct Program: Sendable {
  var path: String
  /// All of its environment.
  var environment: [String: String]
  /// How long it may run before its group is killed.
  var deadline: Duration
  /// How many bytes of standard output are kept; more is ``ProgramOutcome/End/tooLong``.
  var outputLimit = 16 << 20

  /// Its name without folders.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Runs it to its end. The calling thread waits.
  ///
  /// - Parameter input: its standard input, at most what a pipe holds (64 KiB).
  func run(_ arguments: [String], input: [UInt8] = []) -> ProgramOutcome {
    let start = ContinuousClock.now
    // Swift has no tuple of values that cannot be copied, hence the numbers.
    guard let stdin = Descriptor.pipe() else { return notStarted(errno) }
    let childInput = Descriptor(owning: stdin.reading)
    do {
      let feed = Descriptor(owning: stdin.writing)
      // Into an empty pipe before anybody reads: written at once or not at all.
      guard input.count <= 64 << 10, feed.write(input) else { return notStarted(E2BIG) }
    }
    guard let stdout = Descriptor.pipe() else { return notStarted(errno) }
    let output = Descriptor(owning: stdout.reading)
    let childOutput = Descriptor(owning: stdout.writing)
    guard let stderr = Descriptor.pipe() else { return notStarted(errno) }
    let errors = Descriptor(owning: stderr.reading)
    let childErrors = Descriptor(owning: stderr.writing)

    var pid: pid_t = 0
    let failure = spawn(&pid, arguments, [childInput.number, childOutput.number, childErrors.number])
    // Ours would keep the pipes open after the child's end.
    _ = consume childInput
    _ = consume childOutput
    _ = consume childErrors
    guard failure == 0 else { return notStarted(failure) }
    ChildGroup.begin(pid)
    return RunningChild(pid: pid, output: output, errors: errors, program: self).outcome(startedAt: start)
  }

  private func notStarted(_ code: Int32) -> ProgramOutcome {
    ProgramOutcome(end: .notStarted("\(path): \(String(cString: strerror(code)))"))
  }

  private func spawn(_ pid: inout pid_t, _ arguments: [String], _ standard: [Int32]) -> Int32 {
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

    let words = CStrings([path] + arguments)
    let settings = CStrings(environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
    return posix_spawn(&pid, path, &actions, &attributes, words.pointers, settings.pointers)
  }
}

/// Strings for C, ended by a null pointer and freed with their owner.
private struct CStrings: ~Copyable {
  let pointers: [UnsafeMutablePointer<CChar>?]

  init(_ strings: [String]) { pointers = strings.map { strdup($0) } + [nil] }

  deinit { for pointer in pointers { free(pointer) } }
}

import Glibc

/// What running one program, or a chain of them, cost.
struct Cost {
  /// Wall-clock time in milliseconds.
  var wall: Double
  /// User and system time in milliseconds.
  var cpu: Double
  /// The largest resident set in MiB (getrusage(2), ru_maxrss, which Linux counts in KiB). posix_spawn(3) does not
  /// count the parent's: with 40 MiB more in the parent, true(1) still takes one.
  var peak: Double

  /// Runs the program `words` to its end, its outputs into `output`.
  init(_ words: [String], output: String = "/dev/null", errors: String = "/dev/null") {
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var process = pid_t()
    let start = ContinuousClock.now
    guard posix_spawnp(&process, words[0], &actions, nil, &arguments, environ) == 0 else {
      fail("cannot start \(words[0])", 3)
    }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(process, &status, 0, &usage) < 0 && errno == EINTR {}
    let elapsed = ContinuousClock.now - start
    guard status == 0 else { fail("\(words.joined(separator: " ")): status \(status >> 8)") }
    wall = Double(elapsed.components.seconds) * 1000 + Double(elapsed.components.attoseconds) / 1e15
    cpu = Self.milliseconds(usage.ru_utime) + Self.milliseconds(usage.ru_stime)
    peak = Double(usage.ru_maxrss) / 1024
  }

  /// Both, one after the other.
  static func + (first: Cost, second: Cost) -> Cost {
    var sum = first
    sum.wall += second.wall
    sum.cpu += second.cpu
    sum.peak = max(sum.peak, second.peak)
    return sum
  }

  static func median(_ costs: [Cost]) -> Cost {
    var result = costs[0]
    result.wall = median(costs.map(\.wall))
    result.cpu = median(costs.map(\.cpu))
    result.peak = median(costs.map(\.peak))
    return result
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  var numbers: [String] { [wall, cpu, peak].map(Self.text) }

  static func text(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }

  private static func milliseconds(_ time: timeval) -> Double {
    Double(time.tv_sec) * 1000 + Double(time.tv_usec) / 1000
  }
}

import Glibc

/// A program with its arguments, and what its environment has besides this one's.
struct Command {
  /// The program's path and its arguments.
  var words: [String]
  /// Variables as `NAME=value`.
  var environment: [String] = []
}

/// One run of a command as the kernel accounts for it: start-up, libraries and all.
struct WholeProcess {
  /// Wall-clock time in milliseconds.
  var wall: Double
  /// User and system time in milliseconds.
  var cpu: Double
  /// The largest resident set in MiB (getrusage(2), ru_maxrss, which Linux counts in KiB). A child starts with its parent's largest, so this program
  /// keeps no input in memory.
  var peak: Double

  /// Runs `command` to its end with its outputs thrown away; the benchmark ends where it fails, since a fast failure is no result.
  init(_ command: Command) {
    var arguments: [UnsafeMutablePointer<CChar>?] = command.words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    let added: [UnsafeMutablePointer<CChar>?] = command.environment.map { strdup($0) }
    defer { for variable in added { free(variable) } }
    var variables = added
    var inherited = environ
    while let variable = inherited.pointee {
      variables.append(variable)
      inherited += 1
    }
    variables.append(nil)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var process = pid_t()
    let start = ContinuousClock.now
    guard posix_spawn(&process, command.words[0], &actions, nil, &arguments, &variables) == 0 else {
      Self.end("cannot start \(command.words[0])")
    }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(process, &status, 0, &usage) < 0 && errno == EINTR {}
    let elapsed = ContinuousClock.now - start
    guard status == 0 else { Self.end("\(command.words.joined(separator: " ")) failed") }
    wall = Double(elapsed.components.seconds) * 1000 + Double(elapsed.components.attoseconds) / 1e15
    cpu = Self.milliseconds(usage.ru_utime) + Self.milliseconds(usage.ru_stime)
    peak = Double(usage.ru_maxrss) / 1024
  }

  /// The medians of `count` runs, after one that is not counted.
  static func medians(of count: Int, _ words: [String]) -> WholeProcess {
    medians(of: count, [Command(words: words)])[0]
  }

  /// The medians of `count` runs of each of `commands`, after one that is not counted. They take turns, so that what else happens on the machine happens
  /// to all of them.
  static func medians(of count: Int, _ commands: [Command]) -> [WholeProcess] {
    var runs: [[WholeProcess]] = commands.map { _ in [] }
    for round in 0...count {
      for (index, command) in commands.enumerated() {
        let run = WholeProcess(command)
        if round > 0 { runs[index].append(run) }
      }
    }
    return runs.map { runs in
      var result = runs[0]
      result.wall = median(runs.map(\.wall))
      result.cpu = median(runs.map(\.cpu))
      result.peak = median(runs.map(\.peak))
      return result
    }
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  private static func milliseconds(_ time: timeval) -> Double {
    Double(time.tv_sec) * 1000 + Double(time.tv_usec) / 1000
  }

  private static func end(_ message: String) -> Never {
    print("bench: \(message)")
    exit(1)
  }
}

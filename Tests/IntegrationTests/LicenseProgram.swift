import Foundation
import Glibc
import TestSupport

/// A program that a test started, with all that it starts itself; it goes with this object.
///
/// It has a process group of its own, which is killed as a whole, and blocks no signals: a thread of Swift's pool that
/// starts a child gives it its own mask, in which every signal is.
final class LicenseProgram: @unchecked Sendable {
  /// Who cannot be started.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Where it writes.
  let log: URL
  /// Its process group.
  let group: pid_t
  private let lock = NSLock()
  // Guarded by `lock`.
  private var ending: Int32?

  /// Starts `words`, the first of which is found on PATH. Where the test itself is killed, it ends after a quarter of an hour.
  init(_ words: [String], log: URL) throws {
    self.log = log
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // One that another thread has just taken is not marked yet; closing what is not open is no error (glibc).
    for descriptor in Int32(3)..<256 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    let arguments = (["timeout", "--kill-after=5", "900"] + words).map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, "timeout", &actions, &attributes, arguments + [nil], environ)
    guard code == 0 else { throw Failure(description: "\(words): \(String(cString: strerror(code)))") }
    group = child
  }

  deinit { end() }

  /// What it has written.
  var said: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

  /// Its status once it has ended, a signal as 128 and its number.
  var status: Int32? { collected(WNOHANG) }

  /// Kills it and all that it started.
  func end() {
    guard status == nil else { return }
    kill(-group, SIGKILL)
    _ = collected(0)
  }

  /// The processes that have `mark` among their words, by name; what ends just now is waited for, for half a minute.
  static func running(having mark: [UInt8]) -> [String] {
    var found: [String] = []
    for _ in 0..<600 {
      let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap(Int32.init) ?? []
      // Processes come and go while they are looked at.
      found = numbers.compactMap { number in
        guard let words = FileManager.default.contents(atPath: "/proc/\(number)/cmdline"),
          words.range(of: Data(mark)) != nil
        else { return nil }
        return words.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
      }
      if found.isEmpty { break }
      usleep(50_000)
    }
    return found
  }

  private func collected(_ options: Int32) -> Int32? {
    lock.lock()
    defer { lock.unlock() }
    if let ending { return ending }
    var raw: Int32 = 0
    guard waitpid(group, &raw, options) == group else { return nil }
    // What it started and left behind goes too.
    kill(-group, SIGKILL)
    let signal = raw & 0x7F
    ending = signal == 0 ? raw >> 8 & 0xFF : 128 + signal
    return ending
  }
}

import Glibc

/// The right to save a state: one operator has it at a time, else two would each write over what the other promised.
///
/// It is a lock on a file beside the state, which stays (flock(2)): a kill gives it back too.
final class StateLock: Sendable {
  private let descriptor: Int32

  /// Takes it for as long as this object lives.
  /// - Parameters:
  ///   - path: the state's file; `.lock` is added.
  ///   - patience: how long whoever has it is waited for: who was killed just now lets go a moment later.
  init(state path: String, patience: Duration = .seconds(2)) throws(OperatorError) {
    let file = path + ".lock"
    let number = open(file, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard number >= 0 else { throw .file(file, String(cString: strerror(errno))) }
    let deadline = ContinuousClock.now + patience
    while flock(number, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      let isTaken = code == EWOULDBLOCK
      if isTaken || code == EINTR, ContinuousClock.now < deadline {
        usleep(50_000)
        continue
      }
      close(number)
      guard isTaken else { throw .file(file, "cannot be locked: \(String(cString: strerror(code)))") }
      throw .file(path, "another ll-operator-dev uses this state: it has locked \(file)")
    }
    descriptor = number
  }

  deinit { close(descriptor) }
}

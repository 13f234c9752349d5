import Glibc

/// The wait for OpenBao's health, by the program that speaks TLS.
enum HealthProof {
  /// Runs `ll-node openbao-ready` until it ends; `nil` where OpenBao is healthy, else why that is not known.
  static func wait(_ arguments: [String]) -> String? {
    guard let folder = ownFolder() else { return "cannot tell where this program lies" }
    let program = "\(folder)/ll-node"
    var words: [UnsafeMutablePointer<CChar>?] = ([program, "openbao-ready"] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // This is a thread of the runtime's, which blocks signals: the child would inherit that, and could not be stopped.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var child: pid_t = 0
    let code = posix_spawn(&child, program, nil, &attributes, &words, environ)
    guard code == 0 else { return "cannot run \(program): \(String(cString: strerror(code)))" }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { return "lost \(program): \(String(cString: strerror(errno)))" }
    }
    return status == 0 ? nil : "\(program) openbao-ready did not find OpenBao healthy (status \(status >> 8 & 0xFF))"
  }

  private static func ownFolder() -> String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    let program = String(cString: path)
    return program.lastIndex(of: "/").map { String(program[..<$0]) }
  }
}

import Glibc

/// The wait for OpenBao's health, by the program that speaks TLS.
enum HealthProof {
  /// Runs `ll-node openbao-ready` until it ends; `nil` where OpenBao is healthy, else why that is not known.
  static func wait(_ arguments: [String]) -> String? {
    guard let folder = ownFolder() else { return "cannot tell where this program lies" }
    let program = "\(folder)/ll-node"
    var words: [UnsafeMutablePointer<CChar>?] = ([program, "openbao-ready"] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, program, nil, nil, &words, environ)
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

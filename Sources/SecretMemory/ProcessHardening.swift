import CLinux
import Glibc

/// What a process that holds secrets forbids itself.
public enum ProcessHardening {
  /// No core dump of this process, whatever the system's core pattern says, and no ptrace(2) by its own user:
  /// RLIMIT_CORE 0 and PR_SET_DUMPABLE 0. Nor does Swift's backtracer, which `SWIFT_BACKTRACE` in the environment may have
  /// installed, get to read this process: whatever kills it, kills it at once. Sources: core(5), prctl(2).
  public static func disableCoreDumps() throws(SecretMemoryError) {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    guard setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0 else {
      throw SecretMemoryError.coreDumps(errno)
    }
    try setDumpable(false)
    for number in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] { signal(number, SIG_DFL) }
  }

  static func setDumpable(_ dumpable: Bool) throws(SecretMemoryError) {
    let setDumpable: CInt = 4
    guard try control(setDumpable, dumpable ? 1 : 0) == 0 else { throw SecretMemoryError.coreDumps(errno) }
  }

  static func isDumpable() throws(SecretMemoryError) -> Bool {
    let getDumpable: CInt = 3
    return try control(getDumpable, 0) == 1
  }

  private static func control(_ operation: CInt, _ argument: CUnsignedLong) throws(SecretMemoryError) -> CInt {
    let result = ll_prctl(operation, argument)
    guard result >= 0 else { throw SecretMemoryError.coreDumps(errno) }
    return result
  }
}

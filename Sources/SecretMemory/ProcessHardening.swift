import Glibc

/// What a process that holds secrets forbids itself.
public enum ProcessHardening {
  /// No core dump of this process, whatever the system's core pattern says, and no ptrace(2) by its own user:
  /// RLIMIT_CORE 0 and PR_SET_DUMPABLE 0. Sources: core(5), prctl(2).
  public static func disableCoreDumps() throws(SecretMemoryError) {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    guard setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0 else {
      throw SecretMemoryError.coreDumps(errno)
    }
    try setDumpable(false)
  }

  static func setDumpable(_ dumpable: Bool) throws(SecretMemoryError) {
    let setDumpable: CInt = 4
    guard try control(setDumpable, dumpable ? 1 : 0) == 0 else { throw SecretMemoryError.coreDumps(errno) }
  }

  static func isDumpable() throws(SecretMemoryError) -> Bool {
    let getDumpable: CInt = 3
    return try control(getDumpable, 0) == 1
  }

  // Swift does not import variadic C functions. All of prctl's arguments are integers, which Linux's calling
  // conventions on x86-64 and AArch64 pass alike to a variadic and to a fixed function, so the fixed type that the
  // kernel documents is called.
  private static func control(_ operation: CInt, _ argument: CUnsignedLong) throws(SecretMemoryError) -> CInt {
    typealias Function =
      @convention(c) (CInt, CUnsignedLong, CUnsignedLong, CUnsignedLong, CUnsignedLong) -> CInt
    guard let symbol = dlsym(nil, "prctl") else { throw SecretMemoryError.coreDumps(ENOSYS) }
    return unsafeBitCast(symbol, to: Function.self)(operation, argument, 0, 0, 0)
  }
}

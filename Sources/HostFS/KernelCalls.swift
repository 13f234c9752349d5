import CHostFS
import Glibc

func directoryEntries(_ descriptor: Int32, _ memory: UnsafeMutableRawBufferPointer) -> Int {
  getdents64(descriptor, memory.baseAddress, UInt(memory.count))
}

/// Whether the open folder is procfs. Source: statfs(2), `PROC_SUPER_MAGIC`.
func isProcfs(_ descriptor: Int32) -> Bool {
  var space = statfs()
  return fstatfs(descriptor, &space) == 0 && space.f_type == 0x9FA0
}

/// What a mounted file system has and has left. Source: statfs(2).
public struct FileSystemSpace: Sendable, Hashable {
  /// Its size in bytes.
  public var size: UInt64
  /// Bytes not in use.
  public var free: UInt64
  /// Bytes that a user without privileges may still write; less than `free` by what is reserved for root.
  public var available: UInt64
  /// Inodes that it can hold; 0 where it has no fixed number, as btrfs.
  public var files: UInt64
  /// Inodes not in use.
  public var filesFree: UInt64

  /// A file system's space.
  public init(size: UInt64, free: UInt64, available: UInt64, files: UInt64, filesFree: UInt64) {
    self.size = size
    self.free = free
    self.available = available
    self.files = files
    self.filesFree = filesFree
  }

  /// The space of the file system that is mounted at `path`. It waits for as long as the file system lets it.
  public init(at path: String) throws(ReadError) {
    var space = statfs()
    var result = statfs(path, &space)
    while result != 0, errno == EINTR { result = statfs(path, &space) }
    if result != 0 { throw ReadError(code: errno, path) }
    let block = UInt64(max(space.f_bsize, 0))
    size = UInt64(space.f_blocks).multipliedSaturating(by: block)
    free = UInt64(space.f_bfree).multipliedSaturating(by: block)
    available = UInt64(space.f_bavail).multipliedSaturating(by: block)
    files = UInt64(space.f_files)
    filesFree = UInt64(space.f_ffree)
  }
}

extension UInt64 {
  /// The product, or the largest number there is where it would be larger.
  public func multipliedSaturating(by factor: UInt64) -> UInt64 {
    let (product, overflowed) = multipliedReportingOverflow(by: factor)
    return overflowed ? .max : product
  }
}

/// How the kernel keeps its clock. Source: adjtimex(2), read only.
public struct ClockDiscipline: Sendable, Hashable {
  /// Time is being kept in step by a daemon: not `TIME_ERROR`.
  public var isSynchronised = false
  /// Offset from the reference, in nanoseconds.
  public var offset: Int64 = 0
  /// Frequency offset, in parts per million with 16 bits of fraction.
  public var frequency: Int64 = 0
  /// The largest error it can have, in microseconds.
  public var maximumError: Int64 = 0
  /// The error that is estimated, in microseconds.
  public var estimatedError: Int64 = 0
  /// `STA_…` bits.
  public var status: Int64 = 0
  /// The phase-locked loop's time constant.
  public var timeConstant: Int64 = 0
  /// Microseconds from one clock tick to the next.
  public var tick: Int64 = 0
  /// International atomic time less UTC, in seconds; 0 where nobody has said.
  public var tai: Int64 = 0
  /// Wall clock, in nanoseconds since 1970.
  public var now: Int64 = 0

  /// A clock that nobody keeps in step.
  public init() {}

  /// The kernel's.
  public static func current() throws(ReadError) -> ClockDiscipline {
    var clock = timex()
    let state = adjtimex(&clock)
    if state < 0 { throw ReadError(code: errno, "adjtimex") }
    var discipline = ClockDiscipline()
    let status = Int64(clock.status)
    let inNanoseconds = status & Int64(STA_NANO) != 0
    discipline.isSynchronised = state != TIME_ERROR
    discipline.offset = Int64(clock.offset) &* (inNanoseconds ? 1 : 1000)
    discipline.frequency = Int64(clock.freq)
    discipline.maximumError = Int64(clock.maxerror)
    discipline.estimatedError = Int64(clock.esterror)
    discipline.status = status
    discipline.timeConstant = Int64(clock.constant)
    discipline.tick = Int64(clock.tick)
    discipline.tai = Int64(clock.tai)
    let fraction = Int64(clock.time.tv_usec) &* (inNanoseconds ? 1 : 1000)
    discipline.now = Int64(clock.time.tv_sec) &* 1_000_000_000 &+ fraction
    return discipline
  }
}

/// Time since the machine started, also while it slept. Source: clock_gettime(2), `CLOCK_BOOTTIME`.
public enum BootClock {
  /// Nanoseconds since the machine started.
  public static func now() -> UInt64 {
    var time = timespec()
    // It fails only for a clock that the kernel does not know, and every one since 2.6.39 knows this.
    _ = clock_gettime(CLOCK_BOOTTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// Time as people count it. Source: clock_gettime(2), `CLOCK_REALTIME`.
public enum WallClock {
  /// Nanoseconds since 1970.
  public static func now() -> Int64 {
    var time = timespec()
    _ = clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

extension HostRoot {
  /// Bytes in a page of memory. Source: sysconf(3).
  public static let pageSize = UInt64(max(sysconf(Int32(_SC_PAGESIZE)), 1))
}

extension HostRoot {
  /// The processor's architecture as the kernel names it: `x86_64`, `aarch64`; empty where it does not say. Source:
  /// uname(2).
  public static func machine() -> String {
    var names = utsname()
    if uname(&names) != 0 { return "" }
    return withUnsafeBytes(of: names.machine) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

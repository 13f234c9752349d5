import Glibc

/// The file through which OpenBao may see its self-initialisation, and beside it the decision, for OpenBao's unit to look for before it starts.
struct SelfInitFile: Sendable {
  /// Where OpenBao reads it.
  let path: String

  private var folder: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }
  // OpenBao reads .hcl and .json files of a configuration folder; neither of these is one.
  private var beside: String { "\(path).new" }
  private var decision: String { "\(folder)/decided" }

  /// Takes away what an earlier start was given; what is not there is no fault.
  func withhold() throws(BootstrapFault) {
    for file in [decision, path, beside, "\(decision).new"] {
      guard unlink(file) == 0 || errno == ENOENT else { throw Self.fault("delete", file) }
    }
  }

  /// Puts the requests there, whole or not at all.
  func put(_ bytes: [UInt8]) throws(BootstrapFault) { try Self.write(bytes, to: path, by: beside) }

  /// Says that it is decided, and how.
  func decide(_ words: String) throws(BootstrapFault) {
    try Self.write(Array("\(words)\n".utf8), to: decision, by: "\(decision).new")
  }

  private static func write(_ bytes: [UInt8], to path: String, by beside: String) throws(BootstrapFault) {
    do {
      let number = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
      guard number >= 0 else { throw fault("write", beside) }
      let file = Descriptor(owning: number)
      // OpenBao's user must read it, whatever this process's umask is.
      guard file.write(bytes), fchmod(number, 0o644) == 0 else { throw fault("write", beside) }
    }
    guard rename(beside, path) == 0 else { throw fault("put in place", path) }
  }

  private static func fault(_ action: String, _ path: String) -> BootstrapFault {
    BootstrapFault("cannot \(action) \(path): \(String(cString: strerror(errno)))")
  }
}

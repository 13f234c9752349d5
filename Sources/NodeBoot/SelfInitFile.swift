import Glibc
import LocalFiles

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
  func put(_ bytes: [UInt8]) throws(BootstrapFault) { try Self.write(bytes, to: path) }

  /// Says that it is decided, and how.
  func decide(_ words: String) throws(BootstrapFault) {
    try Self.write(Array("\(words)\n".utf8), to: decision)
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(BootstrapFault) {
    do throws(FileFault) {
      // OpenBao's user must read it, whatever this process's umask is.
      try DurableFile(path: path).replace(with: bytes, mode: 0o644, ignoresMask: true)
    } catch {
      throw BootstrapFault(error.description)
    }
  }

  private static func fault(_ action: String, _ path: String) -> BootstrapFault {
    BootstrapFault("cannot \(action) \(path): \(String(cString: strerror(errno)))")
  }
}

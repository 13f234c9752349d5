import Foundation
import Glibc

/// Files, with refusals in Go's words (`open PATH: no such file or directory`).
enum FileText {
  struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    var description: String
  }

  /// The bytes of a file.
  static func bytes(of path: String) throws(Fault) -> [UInt8] {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { throw Fault(description: "open \(path): \(words())") }
    defer { close(number) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(number, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw Fault(description: "read \(path): \(words())") }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// The text of a file.
  static func contents(of path: String) throws(Fault) -> String { String(decoding: try bytes(of: path), as: UTF8.self) }

  /// Puts `bytes` where `path` says, beside first, durable, with `mode`: whoever reads finds the old or the new whole.
  static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(Fault) {
    let beside = "\(path).\(getpid()).tmp"
    unlink(beside)
    let number = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard number >= 0 else { throw Fault(description: "open \(beside): \(words())") }
    var isWhole = fchmod(number, mode) == 0
    var rest = bytes[...]
    while isWhole && !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(number, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      isWhole = count > 0
      if isWhole { rest = rest.dropFirst(count) }
    }
    isWhole = isWhole && fsync(number) == 0
    isWhole = close(number) == 0 && isWhole && rename(beside, path) == 0
    guard isWhole else {
      let fault = Fault(description: "write \(path): \(words())")
      unlink(beside)
      throw fault
    }
    let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw Fault(description: "sync \(path): \(words())") }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw Fault(description: "sync \(path): \(words())") }
  }

  private static func words() -> String { String(cString: strerror(errno)).lowercased() }
}

/// The process's environment.
enum Environment {
  static func value(of name: String) -> String? { ProcessInfo.processInfo.environment[name] }
}

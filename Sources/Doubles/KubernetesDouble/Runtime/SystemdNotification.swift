import Foundation
import Glibc

/// `sd_notify(3)` without libsystemd: a datagram to `NOTIFY_SOCKET`.
enum SystemdNotification {
  /// Says nothing where nobody listens.
  static func send(_ state: String, to variable: String? = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"]) {
    guard let path = variable, !path.isEmpty else { return }
    let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return }
    defer { close(number) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    // An at sign stands for the null byte that begins an abstract name.
    if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    let message = Array(state.utf8)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(number, message, message.count, 0, $0, length)
      }
    }
  }
}

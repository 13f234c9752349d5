import Glibc
import Synchronization

/// Ports of 127.0.0.1 for servers that are told theirs. They are below those that the kernel gives out by itself (ip(7), `ip_local_port_range`), so that
/// no other connection takes one between its choice and its use, and none is given out twice in one run.
public enum FreePort {
  private static let range = 20_000..<32_000
  private static let next = Atomic<Int>(Int(getpid()) &* 97)

  /// There is none.
  public struct Exhausted: Error {}

  /// A port on which nobody listens.
  public static func take() throws -> Int {
    for _ in range {
      let port = range.lowerBound + next.add(1, ordering: .relaxed).oldValue % range.count
      if isFree(port) { return port }
    }
    throw Exhausted()
  }

  /// Whether nobody listens on `port`. By asking, not by listening: a child that is just being started would hold our socket for a moment.
  public static func isFree(_ port: Int) -> Bool {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return false }
    defer { close(number) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return status != 0 && errno == ECONNREFUSED
  }
}

import Foundation

/// A stream socket of the Unix domain.
struct UnixSocket: Sendable {
  let descriptor: Int32

  /// Listens at a path that nothing is at.
  init(listeningAt path: String) throws {
    descriptor = try Self.make()
    let code = Self.withAddress(path) { Glibc.bind(descriptor, $0, $1) }
    guard code == 0, listen(descriptor, 16) == 0 else { throw Self.failure(descriptor) }
  }

  /// Connects to what listens at a path.
  init(connectedTo path: String) throws {
    descriptor = try Self.make()
    guard Self.withAddress(path, { Glibc.connect(descriptor, $0, $1) }) == 0 else { throw Self.failure(descriptor) }
  }

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// The next connection; `nil` once the socket was shut down.
  func accept() -> UnixSocket? {
    let accepted = Glibc.accept(descriptor, nil, nil)
    return accepted < 0 ? nil : UnixSocket(accepted)
  }

  /// What arrives next, at most `count` bytes; empty at the end.
  func read(_ count: Int = 4096) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, size in
      size = max(0, recv(descriptor, buffer.baseAddress, count, 0))
    }
  }

  /// Exactly `count` bytes; `nil` where the other end closed before.
  func readFully(_ count: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let part = read(count - bytes.count)
      guard !part.isEmpty else { return nil }
      bytes += part
    }
    return bytes
  }

  /// Whether all bytes went out.
  func write(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Ends both directions; whoever waits on the socket wakes up.
  func shutDown() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

  func close() { _ = Glibc.close(descriptor) }

  private static func make() throws -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, type, 0)
    guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    return descriptor
  }

  private static func failure(_ descriptor: Int32) -> POSIXError {
    let code = errno
    _ = Glibc.close(descriptor)
    return POSIXError(.init(rawValue: code) ?? .EIO)
  }

  private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      errno = ENAMETOOLONG
      return -1
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }
}

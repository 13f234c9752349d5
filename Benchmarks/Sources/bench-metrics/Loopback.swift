import Glibc

/// As much of HTTP/1.1 as two ends on one machine need.
enum Loopback {
  /// A socket that listens at a free port of 127.0.0.1.
  static func listener() -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = address(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, length) == 0 && listen(descriptor, 4) == 0
          && getsockname(descriptor, pointer, &length) == 0
      }
    }
    guard code else { fail("cannot listen: \(String(cString: strerror(errno)))") }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  /// A connection to `port`; `nil` where nobody listens.
  static func connection(to port: UInt16) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = address(port)
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else {
      close(descriptor)
      return nil
    }
    // A benchmark that waits for ever tells nothing.
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    return descriptor
  }

  /// The path of the next request; `nil` where the other end has hung up.
  static func request(_ connection: Int32, _ buffer: inout [UInt8]) -> String? {
    guard let end = head(connection, &buffer) else { return nil }
    let words = buffer[..<end].split(separator: UInt8(ascii: " "), maxSplits: 2)
    buffer.removeFirst(end)
    return words.count == 3 ? String(decoding: words[1], as: UTF8.self) : nil
  }

  /// Asks for `path` and returns how many bytes the answer's body has, which stay in `buffer`.
  static func get(_ path: String, _ connection: Int32, _ buffer: inout [UInt8]) -> Int {
    buffer.removeAll(keepingCapacity: true)
    guard send(connection, Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)),
      let end = head(connection, &buffer)
    else { fail("no answer to \(path): \(String(cString: strerror(errno)))") }
    let words = String(decoding: buffer[..<end], as: UTF8.self)
    guard words.hasPrefix("HTTP/1.1 200 ") else { fail("\(path): \(words.prefix(60))") }
    buffer.removeFirst(end)
    if let length = words.lowercased().components(after: "content-length: ").flatMap({ Int($0) }) {
      while buffer.count < length, more(connection, &buffer) {}
      return buffer.count
    }
    // node_exporter answers in chunks.
    while !buffer.suffix(7).elementsEqual("\r\n0\r\n\r\n".utf8), more(connection, &buffer) {}
    return buffer.count
  }

  static func send(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress.map { $0 + sent }, bytes.count - sent, 0)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Where the head that `buffer` begins with ends, once it is there.
  private static func head(_ connection: Int32, _ buffer: inout [UInt8]) -> Int? {
    while true {
      let end = buffer.indices.dropLast(3).first { buffer[$0...].starts(with: "\r\n\r\n".utf8) }
      if let end { return end + 4 }
      guard more(connection, &buffer) else { return nil }
    }
  }

  private static func more(_ connection: Int32, _ buffer: inout [UInt8]) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 1) { part in
      let count = recv(connection, part.baseAddress, part.count, 0)
      if count > 0 { buffer += part[..<count] }
      return count > 0
    }
  }

  private static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    return address
  }
}

extension String {
  /// The rest of the line after `prefix`.
  fileprivate func components(after prefix: String) -> Substring? {
    split(whereSeparator: \.isNewline).first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
  }
}

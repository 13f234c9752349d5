import Foundation
import Glibc
import TestSupport

/// A network between a client and a server of this machine that can be made slow, silent, or broken.
final class LicenseRelay: @unchecked Sendable {
  /// How the network is.
  enum Way: Sendable, Hashable {
    /// As fast as it goes.
    case open
    /// One byte per second in each direction.
    case bytePerSecond
    /// Connections are taken, and nothing goes through; what was said is kept for later.
    case held
  }

  /// Where clients are to connect to.
  let port: Int
  private let listener: Int32
  private let lock = NSLock()
  // Guarded by `lock`.
  private var target: Int
  private var way: Way
  private var cuts: [Int] = []
  private var connections: [Connection] = []
  private var isOver = false

  /// A network to a port of 127.0.0.1.
  init(to target: Int, _ way: Way = .open) throws {
    // A write to who has gone is an error, and no end of the test.
    signal(SIGPIPE, SIG_IGN)
    self.target = target
    self.way = way
    port = try FreePort.take()
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0 else { throw POSIXError(.EIO) }
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
    guard Self.withAddress(port, { bind(listener, $0, $1) }) == 0, listen(listener, 64) == 0 else {
      close(listener)
      throw POSIXError(.EADDRINUSE)
    }
    Thread.detachNewThread { [weak self, listener] in
      defer { close(listener) }
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        guard self?.admits(client) ?? false else {
          close(client)
          return
        }
      }
    }
  }

  deinit { end() }

  /// Ends it and every connection through it.
  func end() {
    let open = lock.withLock {
      isOver = true
      return connections
    }
    for connection in open { connection.end(abruptly: false) }
    // Whoever waits for the next connection closes it.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// From now on the network is so, for the connections that there are as well.
  func become(_ way: Way) {
    let open = lock.withLock {
      self.way = way
      return connections
    }
    for connection in open { connection.become(way) }
  }

  /// From now on it leads to that port of 127.0.0.1: whoever has the address that clients know. The connections that there
  /// are end.
  func lead(to target: Int) {
    let open = lock.withLock {
      self.target = target
      return connections
    }
    for connection in open { connection.end(abruptly: false) }
  }

  /// Nothing more goes through the connections that there are; the next ones are as before. What they are asked to do
  /// with what was said meanwhile is up to the caller.
  func holdConnections() -> [Connection] {
    let open = lock.withLock { connections }
    for connection in open { connection.become(.held) }
    return open
  }

  /// The next connections are reset as soon as the server has said so many bytes in them, one after the other.
  func cut(afterServersBytes counts: [Int]) { lock.withLock { cuts = counts } }

  /// How many connections are still to be cut.
  var cutsLeft: Int { lock.withLock { cuts.count } }

  /// How many connections there were, and what the server said in the last one, in bytes.
  var seen: (connections: Int, serversBytes: Int) {
    lock.withLock { (connections.count, connections.last?.serversBytes ?? 0) }
  }

  private func admits(_ client: Int32) -> Bool {
    let target = lock.withLock { self.target }
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let isConnected = server >= 0 && Self.withAddress(target, { connect(server, $0, $1) }) == 0
    return lock.withLock {
      if isOver {
        if server >= 0 { close(server) }
        return false
      }
      // Who is not there is refused, as it would be without a network between; and who is there no longer.
      guard isConnected, self.target == target else {
        if server >= 0 { close(server) }
        Connection.reset(client)
        return true
      }
      let limit = cuts.isEmpty ? nil : cuts.removeFirst()
      connections.append(Connection(client: client, server: server, way: way, limit: limit))
      return true
    }
  }

  private static func withAddress(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}

extension LicenseRelay {
  /// One connection through the network: two threads, one for each direction.
  final class Connection: @unchecked Sendable {
    private let client: Int32
    private let server: Int32
    private let limit: Int?
    private let lock = NSLock()
    // Guarded by `lock`.
    private var way: Way
    private var fromServer = 0
    private var isOver = false
    private var isAbrupt = false
    private var pumps = 2

    fileprivate init(client: Int32, server: Int32, way: Way, limit: Int?) {
      (self.client, self.server, self.way, self.limit) = (client, server, way, limit)
      Thread.detachNewThread { self.pump(from: client, to: server, countsServer: false) }
      Thread.detachNewThread { self.pump(from: server, to: client, countsServer: true) }
    }

    /// What the server has said, in bytes.
    var serversBytes: Int { lock.withLock { fromServer } }

    /// From now on it is so.
    func become(_ way: Way) { lock.withLock { self.way = way } }

    /// Closes both ends; abruptly is with a reset.
    func end(abruptly: Bool) {
      lock.withLock {
        if !isOver { isAbrupt = abruptly }
        isOver = true
      }
    }

    fileprivate static func reset(_ descriptor: Int32) {
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
      close(descriptor)
    }

    private func pump(from source: Int32, to sink: Int32, countsServer: Bool) {
      var waiting: [UInt8] = []
      var isEnded = false
      var lastByte = Date.distantPast
      while true {
        let (way, isOver) = lock.withLock { (self.way, self.isOver) }
        if isOver { break }
        // Whoever speaks is heard, and sees no full window: a network with room for what it does not pass on.
        if !isEnded, waiting.count < 1 << 20 {
          var question = pollfd(fd: source, events: Int16(POLLIN), revents: 0)
          if poll(&question, 1, 20) > 0 {
            var part = [UInt8](repeating: 0, count: 65_536)
            let count = recv(source, &part, part.count, 0)
            if count > 0 { waiting += part[..<count] } else { isEnded = true }
          }
        } else {
          usleep(20_000)
        }
        switch way {
        case .held: continue
        case .bytePerSecond where Date().timeIntervalSince(lastByte) < 1: continue
        case .bytePerSecond, .open: break
        }
        if waiting.isEmpty {
          if isEnded { break }
          continue
        }
        var count = way == .open ? waiting.count : 1
        if countsServer, let limit { count = min(count, limit - serversBytes) }
        guard send(Array(waiting[..<count]), to: sink) else { break }
        waiting.removeFirst(count)
        lastByte = Date()
        guard countsServer else { continue }
        let total = lock.withLock {
          fromServer += count
          return fromServer
        }
        if let limit, total >= limit {
          end(abruptly: true)
          break
        }
      }
      leave()
    }

    private func send(_ bytes: [UInt8], to sink: Int32) -> Bool {
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes {
          Glibc.send(sink, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }

    /// The first direction that ends ends the other; the last one closes.
    private func leave() {
      let (isLast, isAbrupt) = lock.withLock {
        isOver = true
        pumps -= 1
        return (pumps == 0, self.isAbrupt)
      }
      guard isLast else { return }
      for descriptor in [client, server] {
        if isAbrupt { Self.reset(descriptor) } else { close(descriptor) }
      }
    }
  }
}

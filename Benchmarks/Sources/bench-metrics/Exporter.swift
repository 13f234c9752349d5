import CMalloc
import Glibc
import HostFS
import NodeMetrics

/// Ours as a server, for a client that asks on one connection after the other: `/metrics` takes a sample, `/heap` tells
/// how much of the heap is in use, in bytes.
struct Exporter {
  private let sampler: NodeSampler
  private let eight: EightCollectors?

  init(_ choice: Choice, rootfs: String) {
    do throws(ReadError) {
      let root = try HostRoot(rootfs: rootfs)
      sampler = NodeSampler(root: root)
      eight = choice == .eight ? EightCollectors(root) : nil
    } catch {
      fail("\(error)")
    }
  }

  /// Prints its port and serves until it is killed.
  func serve() -> Never {
    signal(SIGPIPE, SIG_IGN)
    let listener = Loopback.listener()
    print(listener.port)
    fflush(nil)
    while true {
      let connection = accept(listener.descriptor, nil, nil)
      guard connection >= 0 else { fail("accept: \(String(cString: strerror(errno)))") }
      var request: [UInt8] = []
      while let path = Loopback.request(connection, &request) {
        let body = path == "/heap" ? Array("\(Self.heap)\n".utf8) : sample()
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n"
        guard Loopback.send(connection, Array(head.utf8) + body) else { break }
      }
      close(connection)
    }
  }

  private func sample() -> [UInt8] {
    guard let eight else { return Exposition.prometheus(sampler.sample()) }
    return Exposition.prometheus(eight.sample())
  }

  /// Bytes that were allocated and not freed, all arenas together. Source: mallinfo(3).
  private static var heap: Int {
    let state = mallinfo2()
    return state.uordblks + state.hblkhd
  }
}

/// The collectors of ``Choice/eight`` without a sampler around them.
private final class EightCollectors {
  private let root: HostRoot
  private var cpu = CPUCollector()
  private var disks = DiskCollector()
  private var filesystems: FilesystemCollector
  private var load = LoadCollector()
  private var memory = MemoryCollector()
  private var network = NetworkCollector()
  private var pressure = PressureCollector()
  private var vmstat = VMStatCollector()

  init(_ root: HostRoot) {
    self.root = root
    filesystems = FilesystemCollector(root.origin)
  }

  func sample() -> NodeSnapshot {
    var snapshot = NodeSnapshot()
    snapshot.cpu = outcome(&cpu)
    snapshot.disks = outcome(&disks)
    snapshot.filesystems = outcome(&filesystems)
    snapshot.load = outcome(&load)
    snapshot.memory = outcome(&memory)
    snapshot.network = outcome(&network)
    snapshot.pressure = outcome(&pressure)
    snapshot.vmstat = outcome(&vmstat)
    return snapshot
  }

  private func outcome<C: Collector>(_ collector: inout C) -> Outcome<C.Reading> {
    do throws(CollectionError) {
      return .measured(try collector.collect(root), at: 1)
    } catch {
      fail("\(C.name): \(error)")
    }
  }
}

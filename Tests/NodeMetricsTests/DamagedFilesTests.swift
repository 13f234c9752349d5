import Foundation
import HostFS
import TestSupport
import Testing

@testable import NodeMetrics

/// Truncated, empty, huge and binary files, as no kernel should write them and some do.
@Suite("Damaged files")
struct DamagedFilesTests {
  /// Every parser, on whatever bytes.
  static let parsers: [(name: String, files: [String], parse: @Sendable (ByteText) throws -> Void)] = [
    ("stat", ["proc/stat"], { _ = try CPUCollector.parse($0) }),
    ("loadavg", ["proc/loadavg"], { _ = try LoadCollector.parse($0) }),
    ("meminfo", ["proc/meminfo"], { _ = try MemoryCollector.parse($0) }),
    ("vmstat", ["proc/vmstat"], { _ = try VMStatCollector.parse($0) }),
    ("pressure", ["proc/pressure/cpu", "proc/pressure/io"], { _ = try Pressure.parse($0) }),
    ("diskstats", ["proc/diskstats"], { _ = try DiskCollector.parse($0) }),
    ("mountinfo", ["proc/1/mountinfo"], { _ = try FilesystemCollector.parse($0) }),
    ("mdstat", ["proc/mdstat"], { _ = try ArrayCollector.parse($0) }),
    ("dev", ["proc/1/net/dev"], { _ = try NetworkCollector.parse($0) }),
    ("snmp", ["proc/1/net/snmp", "proc/1/net/netstat"], { _ = try ProtocolCollector.parse($0) }),
    ("snmp6", ["proc/1/net/snmp6"], { _ = try ProtocolCollector.parseSix($0) }),
    ("sockstat", ["proc/1/net/sockstat"], { _ = try SocketCollector.parse($0) }),
    ("softnet", ["proc/1/net/softnet_stat"], { _ = try SoftnetCollector.parse($0) }),
    ("conntrack", ["proc/1/net/stat/nf_conntrack"], { _ = try ConntrackCollector.parse($0) }),
    ("file-nr", ["proc/sys/fs/file-nr"], { _ = try FileHandleCollector.parse($0) }),
    ("os-release", ["usr/lib/os-release"], { _ = IdentityCollector.fields($0) }),
  ]

  private static func run(_ parse: (ByteText) throws -> Void, on bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { buffer in
      // A buffer of its own size, so that a byte too many is a fault that a sanitizer sees.
      do {
        try parse(ByteText(buffer))
        return true
      } catch {
        return false
      }
    }
  }

  @Test("a file cut anywhere, empty, doubled, or with bytes changed is read or refused", arguments: FixtureTree.all)
  func damaged(tree: FixtureTree) throws {
    var generator = Randoms(seed: 7)
    for (name, files, parse) in Self.parsers {
      for file in files {
        guard let data = FileManager.default.contents(atPath: tree.url.appendingPathComponent(file).path) else {
          continue
        }
        let bytes = [UInt8](data)
        #expect(Self.run(parse, on: bytes), "\(name): \(file) as it is")
        for cut in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 300)) {
          _ = Self.run(parse, on: Array(bytes[..<cut]))
          _ = Self.run(parse, on: Array(bytes[cut...]))
        }
        _ = Self.run(parse, on: bytes + bytes)
        for _ in 0..<200 {
          var changed = bytes
          for _ in 0..<Int.random(in: 1...8, using: &generator) where !changed.isEmpty {
            changed[Int.random(in: 0..<changed.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
          }
          _ = Self.run(parse, on: changed)
        }
      }
    }
  }

  @Test("random bytes are read or refused by every parser")
  func random() {
    var generator = Randoms(seed: 42)
    let alphabet = Array("0123456789 .:/()[]=-\n\t|_abcKkBcpu%\\\"'#,UF\0".utf8)
    for (_, _, parse) in Self.parsers {
      for round in 0..<400 {
        let bytes = (0..<Int.random(in: 0...400, using: &generator)).map { _ in
          round % 2 == 0
            ? UInt8.random(in: 0...255, using: &generator)
            : alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        }
        _ = Self.run(parse, on: bytes)
      }
    }
  }

  @Test("nothing in a file that should not be empty is refused, with the first line's number")
  func empty() {
    let allowed = ["diskstats", "mdstat", "snmp6", "os-release", "dev"]
    for (name, _, parse) in Self.parsers where !allowed.contains(name) {
      #expect(!Self.run(parse, on: []), "\(name)")
    }
  }

  @Test("numbers of any size are clamped or refused, not overflowed")
  func huge() throws {
    let huge = "99999999999999999999999999"
    let largest = "18446744073709551615"
    for number in [huge, largest] {
      let texts = [
        "cpu  \(number) \(number) 1 1\nctxt \(number)\n", "MemTotal: \(number) kB\n",
        "   8  0 sda \(Array(repeating: number, count: 17).joined(separator: " "))\n", "\(number).00 0.00 0.00 1/2 3\n",
        "sockets: used \(number)\nTCP: inuse 1 mem \(number)\n",
        "md0 : active raid1 a[0]\n \(number) blocks [\(number)/1]\n",
        "1 1 \(number):\(number) / / rw - ext4 /dev/x rw\n",
      ]
      for (_, _, parse) in Self.parsers {
        for text in texts { _ = Self.run(parse, on: Array(text.utf8)) }
      }
    }
    // As a whole, with what is shown made of it.
    let folder = try TemporaryFolder()
    try folder.write("MemTotal: \(largest) kB\n", to: "proc/meminfo")
    try folder.write(
      "   8  0 sda \(Array(repeating: largest, count: 17).joined(separator: " "))\n", to: "proc/diskstats")
    try folder.write("sockets: used 1\nTCP: inuse 1 mem \(largest)\n", to: "proc/1/net/sockstat")
    try folder.write("cpu  1 1 1 1\ncpu0 \(largest) \(largest) 1 1 1 1 1 1 1 1\nctxt 1\n", to: "proc/stat")
    let snapshot = try FixtureTree.snapshot(of: folder.url)
    #expect(snapshot.memory.reading?.total == .max)
    #expect(Exposition.prometheus(snapshot).count > 100)
    #expect(Exposition.json(snapshot).count > 100)
  }

  @Test(
    "one damaged file costs its own reading and no other, and says which line",
    arguments: [
      ("proc/stat", "cpu", "/proc/stat:1"), ("proc/meminfo", "meminfo", "/proc/meminfo:1"),
      ("proc/1/mountinfo", "filesystem", "/proc/1/mountinfo:1"), ("proc/1/net/dev", "netdev", "/proc/1/net/dev:1"),
      ("proc/diskstats", "diskstats", "/proc/diskstats:1"), ("proc/1/net/snmp", "netstat", "/proc/1/net/snmp:2"),
    ])
  func oneOnly(file: String, collector: String, place: String) throws {
    let folder = try TemporaryFolder()
    let tree = folder.url.appendingPathComponent("tree")
    try FileManager.default.copyItem(at: FixtureTree.server.url, to: tree)
    try Data([0xFF, 0, 0x0A]).write(to: tree.appendingPathComponent(file))
    let whole = try FixtureTree.server.snapshot()
    let damaged = try FixtureTree.snapshot(of: tree)
    for (before, after) in zip(whole.runs, damaged.runs) where before.name != collector { #expect(before == after) }
    let run = try #require(damaged.runs.first { $0.name == collector })
    #expect(run.reason == "\(place) is not what the kernel writes there")
    #expect(run.lastMeasured == nil)
  }
}

/// Numbers that are the same in every run.
struct Randoms: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    // SplitMix64.
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

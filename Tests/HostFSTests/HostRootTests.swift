import Foundation
import HostFS
import TestSupport
import Testing

@Suite("The host's files")
struct HostRootTests {
  private let folder: TemporaryFolder
  private let root: HostRoot

  init() throws {
    folder = try TemporaryFolder()
    for name in ["proc/1/net", "sys/class/net/eth0"] {
      try FileManager.default.createDirectory(
        at: folder.url.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    root = try HostRoot(rootfs: folder.url.path + "/")
  }

  private func cause(_ body: () throws -> Void) -> ReadError? {
    do {
      try body()
      return nil
    } catch {
      return error as? ReadError
    }
  }

  @Test("a file longer than the buffer is read whole", arguments: [0, 1, 4095, 4096, 16383, 16384, 16385, 100_001])
  func long(size: Int) throws {
    let text = String((0..<size).map { Character(UnicodeScalar(UInt8(97 + $0 % 26))) })
    try folder.write(text, to: "proc/stat")
    try folder.write(text, to: "sys/class/net/eth0/x")
    #expect(try root.bytes(.proc, "stat") == Array(text.utf8))
    #expect(try root.directory(.sys, "class/net/eth0").read("x") { $0.string } == text)
  }

  @Test("a file longer than its limit is an error that says so, and one of just that length is not")
  func tooLarge() throws {
    try folder.write(String(repeating: "x", count: 5000), to: "proc/stat")
    #expect(cause { _ = try root.bytes(.proc, "stat", limit: 4999) }?.cause == .tooLarge(limit: 4999))
    #expect(try root.bytes(.proc, "stat", limit: 5000).count == 5000)
  }

  @Test("what is missing is absent, with its path on the host")
  func absent() {
    let error = cause { _ = try root.bytes(.net, "dev") }
    #expect(error?.cause == .absent)
    #expect(error?.description == "/proc/1/net/dev does not exist")
    #expect(cause { _ = try root.directory(.sys, "class/hwmon") }?.path == "/sys/class/hwmon")
  }

  @Test("a folder where a file should be is an error, not a crash")
  func directory() throws {
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("proc/stat"), withIntermediateDirectories: true)
    #expect(cause { _ = try root.bytes(.proc, "stat") } != nil)
  }

  @Test("a pipe that nobody writes to does not hold the reader up")
  func pipe() throws {
    try #require(mkfifo(folder.url.appendingPathComponent("proc/stat").path, 0o600) == 0)
    #expect(cause { _ = try root.bytes(.proc, "stat") }?.cause == .system(ESPIPE))
  }

  @Test("a root that is no folder is an error, and one without proc and sys is found out when they are read")
  func roots() throws {
    #expect(throws: ReadError.self) { try HostRoot(rootfs: folder.url.path + "/nowhere") }
    let empty = try TemporaryFolder()
    let bare = try HostRoot(rootfs: empty.url.path)
    #expect(cause { _ = try bare.bytes(.proc, "stat") }?.cause == .absent)
    #expect(cause { _ = try bare.bytes(.net, "dev") }?.cause == .absent)
    #expect(bare.path("/var") == empty.url.path + "/var")
    #expect(try HostRoot().path("/var") == "/var")
  }

  @Test("a folder's names are sorted, its numbers and texts read, its links followed by name only")
  func entries() throws {
    try folder.write("1500\n", to: "sys/class/net/eth0/mtu")
    try folder.write("-1\n", to: "sys/class/net/eth0/speed")
    try folder.write("up\n", to: "sys/class/net/eth0/operstate")
    try FileManager.default.createSymbolicLink(
      atPath: folder.url.path + "/sys/class/net/eth0/device", withDestinationPath: "../../nowhere")
    let device = try root.directory(.sys, "class/net").directory("eth0")
    #expect(try device.entries() == ["device", "mtu", "operstate", "speed"])
    #expect(try device.entries().count == 4)
    #expect(device.number("mtu") == 1500)
    #expect(device.number("speed") == -1)
    #expect(device.number("operstate") == nil)
    #expect(device.text("operstate") == "up")
    #expect(device.text("missing") == nil)
    #expect(device.link("device") == "../../nowhere")
    #expect(device.link("mtu") == nil)
  }

  @Test("a folder with more names than fit the buffer lists all of them")
  func manyEntries() throws {
    let names = (0..<3000).map { "name-of-some-length-\($0)" }
    for name in names { try folder.write("", to: "sys/many/\(name)") }
    #expect(try root.directory(.sys, "many").entries() == names.sorted())
  }

  @Test("this machine's own files agree with what the C library says")
  func live() throws {
    let host = try HostRoot()
    var space = statvfs()
    try #require(statvfs("/", &space) == 0)
    #expect(try FileSystemSpace(at: "/").size == UInt64(space.f_blocks) * UInt64(space.f_frsize))
    #expect(HostRoot.pageSize == UInt64(getpagesize()))
    let release = try host.read(.proc, "sys/kernel/osrelease") { $0.trimmed.string }
    #expect(try Command(["uname", "-r"]).output == release + "\n")
    #expect(try Command(["uname", "-m"]).output == HostRoot.machine() + "\n")
    let uptime = try host.read(.proc, "uptime") { text -> UInt64? in
      var text = text
      return text.nextField()?.fixedPoint(places: 2)
    }
    let seconds = BootClock.now() / 1_000_000_000
    #expect(abs(Int64(seconds) - Int64(try #require(uptime) / 100)) <= 1)
  }
}

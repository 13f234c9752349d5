import Foundation
import SystemdRuntime
import TestSupport
import Testing

/// They change this process's environment: one after the other.
@Suite("A service and its systemd", .serialized)
struct ServiceTests {
  /// A datagram socket, as systemd listens at for notifications.
  private struct NotifySocket {
    let descriptor: Int32

    init(path: String) throws {
      descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
      let code = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      guard code == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    }

    func next() -> String {
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
      return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
  }

  @Test("notifications are sd_notify's lines, all of them in one message")
  func notifications() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appendingPathComponent("notify").path
    let socket = try NotifySocket(path: path)
    defer { close(socket.descriptor) }
    setenv("NOTIFY_SOCKET", path, 1)
    defer { unsetenv("NOTIFY_SOCKET") }
    let cases: [([ServiceNotification], String)] = [
      ([.ready], "READY=1"), ([.watchdog], "WATCHDOG=1"), ([.stopping, .status("bye")], "STOPPING=1\nSTATUS=bye"),
      ([.reloading(since: 42)], "RELOADING=1\nMONOTONIC_USEC=42"),
      ([.extendTimeout(microseconds: 5)], "EXTEND_TIMEOUT_USEC=5"),
      // A text from elsewhere must not become a second notification.
      ([.status("waits\nREADY=1\r\nMAINPID=1")], "STATUS=waits READY=1 MAINPID=1"),
    ]
    for (notifications, text) in cases {
      #expect(ServiceNotification.send(notifications))
      #expect(socket.next() == text)
    }
  }

  @Test("without systemd nothing is sent, and nothing fails")
  func noSystemd() {
    unsetenv("NOTIFY_SOCKET")
    #expect(!ServiceNotification.send([.ready]))
  }

  @Test("the watchdog is this process's own, and half of its time is the interval")
  func watchdog() throws {
    defer { for name in ["WATCHDOG_USEC", "WATCHDOG_PID"] { unsetenv(name) } }
    #expect(Watchdog() == nil)
    setenv("WATCHDOG_USEC", "60000000", 1)
    #expect(try #require(Watchdog()).interval == .seconds(30))
    setenv("WATCHDOG_PID", "\(getpid())", 1)
    #expect(try #require(Watchdog()).limit == .seconds(60))
    setenv("WATCHDOG_PID", "1", 1)
    #expect(Watchdog() == nil)
    unsetenv("WATCHDOG_PID")
    for nonsense in ["", "x", "0", "-5"] {
      setenv("WATCHDOG_USEC", nonsense, 1)
      #expect(Watchdog() == nil)
    }
  }

  @Test(
    "field names are those that the journal takes from a program",
    arguments: [
      ("LL_NODE", true), ("A", true), ("A9_", true), ("_PID", false), ("9A", false), ("", false), ("ll", false),
      ("A-B", false), ("Ä", false), (String(repeating: "A", count: 64), true),
      (String(repeating: "A", count: 65), false),
    ])
  func fieldNames(_ name: String, _ isTaken: Bool) {
    #expect(Journal.isFieldName(name) == isTaken)
  }

  @Test("standard error is the journal's only where its device and inode are those that systemd names")
  func journalStream() {
    var file = stat()
    fstat(2, &file)
    defer { unsetenv("JOURNAL_STREAM") }
    setenv("JOURNAL_STREAM", "\(file.st_dev):\(file.st_ino)", 1)
    #expect(Journal.takesStandardError)
    setenv("JOURNAL_STREAM", "\(file.st_dev):\(file.st_ino + 1)", 1)
    #expect(!Journal.takesStandardError)
    unsetenv("JOURNAL_STREAM")
    #expect(!Journal.takesStandardError)
  }
}

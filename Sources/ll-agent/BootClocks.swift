import Glibc
import HostFS
import LicenseProtocol
import NodeAgent

extension AgentClock {
  /// The wall clock, in seconds since 1970: what certificates are judged by.
  static let seconds: @Sendable () -> Int64 = { WallClock.now() / 1_000_000_000 }

  /// The kernel's own clocks, in the boot that `root`'s `/proc` names.
  static func system(root: String = "/") -> AgentClock {
    var text = [UInt8](repeating: 0, count: 64)
    let path = (root == "/" ? "" : root) + "/proc/sys/kernel/random/boot_id"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    let count = descriptor < 0 ? 0 : read(descriptor, &text, text.count)
    if descriptor >= 0 { close(descriptor) }
    // Without an id every start counts as another boot: time is then told by its floor.
    let bootID = String(decoding: text.prefix(max(count, 0)).prefix { $0 > 0x20 }, as: UTF8.self)
    return AgentClock(
      bootID: bootID, now: { BootTime(nanoseconds: BootClock.now()) },
      wall: { ServerTime(nanoseconds: WallClock.now()) })
  }
}

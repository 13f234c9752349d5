import CLinux
import Glibc

/// A folder whose files never reach a disk: where secrets are released to.
struct MemoryFolder {
  /// Its path.
  let path: String

  /// Where this process may look at the mounts and the swap devices.
  struct System {
    var mounts = "/proc/self/mountinfo"
    var swaps = "/proc/swaps"
    var blockDevices = "/sys/block"
  }

  /// TMPFS_MAGIC and RAMFS_MAGIC of linux/magic.h.
  private static let tmpfs = 0x0102_1994
  private static let ramfs = 0x8584_58F6

  /// The folder at `path`; refused where a secret in it could reach a disk or be replaced by others.
  init(_ path: String, system: System = System()) throws(ReleaseError) {
    self.path = path
    var status = stat()
    guard stat(path, &status) == 0 else { throw .current("look at", path) }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw .system(action: "write into", path: path, code: ENOTDIR) }
    var kind = 0
    guard ll_filesystem_type(path, &kind) == 0 else { throw .current("look at", path) }
    guard kind == Self.tmpfs || kind == Self.ramfs else { throw .notInMemory(folder: path) }
    // A sticky folder such as /dev/shm lets nobody replace another's file.
    guard status.st_mode & 0o022 == 0 || status.st_mode & S_ISVTX != 0 else {
      throw .openFolder(folder: path, mode: status.st_mode & 0o7777)
    }
    guard kind == Self.tmpfs, let device = try Self.swapDevice(system) else { return }
    guard try Self.mayNotSwap(status.st_dev, system.mounts) else { throw .swappable(folder: path, device: device) }
  }

  /// A swap device that is no RAM itself; `nil` where there is none.
  private static func swapDevice(_ system: System) throws(ReleaseError) -> String? {
    for line in try lines(system.swaps).dropFirst() {
      guard let device = line.split(separator: " ").first else { continue }
      if device.hasPrefix("/dev/zram"), isMemoryOnly(device.dropFirst("/dev/".count), system) { continue }
      return String(device)
    }
    return nil
  }

  /// Whether a zram device has nothing behind it that it writes to (admin-guide/blockdev/zram.rst, *writeback*).
  private static func isMemoryOnly(_ name: Substring, _ system: System) -> Bool {
    // A kernel without writeback has no such file.
    guard let words = try? lines("\(system.blockDevices)/\(name)/backing_dev") else { return true }
    return words == ["none"]
  }

  /// Whether the mount with that device number has the option `noswap` (proc_pid_mountinfo(5), tmpfs(5)).
  private static func mayNotSwap(_ device: dev_t, _ path: String) throws(ReleaseError) -> Bool {
    let number = "\(major(device)):\(minor(device))"
    for line in try lines(path) {
      let words = line.split(separator: " ")
      guard words.count > 6, words[2] == number, let separator = words.lastIndex(of: "-") else { continue }
      return words[separator...].last?.split(separator: ",").contains("noswap") ?? false
    }
    return false
  }

  private static func major(_ device: dev_t) -> UInt64 { UInt64(device) >> 8 & 0xFFF | UInt64(device) >> 32 & ~0xFFF }

  private static func minor(_ device: dev_t) -> UInt64 { UInt64(device) & 0xFF | UInt64(device) >> 12 & ~0xFF }

  private static func lines(_ path: String) throws(ReleaseError) -> [Substring] {
    String(decoding: try PlainFile.read(path, limit: 4 << 20), as: UTF8.self).split(separator: "\n")
  }
}

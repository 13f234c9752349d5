import HostFS

/// The disks under the host's root file system.
///
/// Sources: proc(5), `mountinfo`; the kernel's Documentation/ABI: `sysfs-dev` (`/sys/dev/block`), `sysfs-block`
/// (`slaves`, `partition`); SCSI SPC-4, vital product data page 80h.
struct SystemDisk {
  private let root: HostRoot
  private var serials: [[UInt8]] = []
  private var sources: [String] = []
  private var refused: Absence?
  // What was found and has no serial number.
  private var nameless: [String] = []

  /// The fact: the serial numbers of those disks. Two paths to one disk are one serial number.
  static func serials(of root: HostRoot) -> HardwareFact.Reading {
    var disk = SystemDisk(root: root)
    do throws(ReadError) {
      let mounts = try root.read(.initProcess, "mountinfo") { RootMount.mounts($0) }
      for mount in mounts { if try disk.collect(mount) { break } }
    } catch {
      return .absent(.unreadable(error))
    }
    if let value = FactValue(disk.serials, sources: disk.sources) { return .present(value) }
    if let refused = disk.refused { return .absent(refused) }
    if disk.nameless.isEmpty { return .absent(.missing("no disk is under the root file system")) }
    return .absent(.missing("the disk under the root file system has no serial number: \(disk.nameless[0])"))
  }

  private init(root: HostRoot) { self.root = root }

  // Whether the mount lies on block devices; an overlay or a file system in memory does not.
  private mutating func collect(_ mount: RootMount) throws(ReadError) -> Bool {
    guard let path = try devicePath(mount) else { return false }
    try collect(try root.directory(.sys, path), depth: 0)
    return true
  }

  private func devicePath(_ mount: RootMount) throws(ReadError) -> String? {
    if mount.major != 0 { return "dev/block/\(mount.major):\(mount.minor)" }
    // btrfs numbers its file systems itself and names a device.
    guard mount.device.hasPrefix("/dev/") else { return nil }
    let name = mount.device.dropFirst(5)
    guard name.hasPrefix("mapper/") else { return name.contains("/") ? nil : "class/block/\(name)" }
    let mapped = name.dropFirst(7)
    let block = try root.directory(.sys, "class/block")
    for device in try block.entries() where device.hasPrefix("dm-") {
      if block.text(named: "\(device)/dm/name") == String(mapped) { return "class/block/\(device)" }
    }
    return nil
  }

  private mutating func collect(_ device: borrowing HostDirectory, depth: Int) throws(ReadError) {
    // Nothing real is stacked that high; a tree that leads back to itself ends here.
    guard depth < 16 else { return }
    if device.number("partition") != nil { return try collect(try device.directory(".."), depth: depth + 1) }
    let slaves = try Self.slaves(of: device)
    for slave in slaves { try collect(try device.directory("slaves/\(slave)"), depth: depth + 1) }
    if slaves.isEmpty { readSerial(of: device) }
  }

  private static func slaves(of device: borrowing HostDirectory) throws(ReadError) -> [String] {
    do throws(ReadError) {
      return try device.directory("slaves").entries()
    } catch {
      if error.cause == .absent { return [] }
      throw error
    }
  }

  private mutating func readSerial(of device: borrowing HostDirectory) {
    let name = Self.name(of: device)
    // virtio; NVMe, its multipath heads and MMC; SCSI and SATA. Only an identifier that the disk itself carries counts
    // as a worldwide one: the kernel makes others up from vendor and model.
    let found: (text: String, attribute: String)? =
      device.text("serial").map { ($0, "serial") }
      ?? device.text("device/serial").map { ($0, "device/serial") }
      ?? Self.unitSerial(device).map { ($0, "device/vpd_pg80") }
      ?? Self.worldwideName(device).map { ($0, "device/wwid") }
    guard let (text, attribute) = found, !text.isEmpty else { return nameless.append(name) }
    let source = "/sys/block/\(name)/\(attribute)"
    if Placeholder.isDiskSerial(text) {
      refused = refused ?? .placeholder(text, source: source)
    } else {
      serials.append(Array(text.utf8))
      sources.append(source)
    }
  }

  // Four bytes, of which the last two are a length, then the number.
  private static func unitSerial(_ device: borrowing HostDirectory) -> String? {
    device.optional("device/vpd_pg80") { page in
      guard page[1] == 0x80, let high = page[2], let low = page[3] else { return nil }
      return page.dropFirst(4).prefix(Int(high) << 8 | Int(low)).trimmed.string
    }
  }

  private static func worldwideName(_ device: borrowing HostDirectory) -> String? {
    device.text("device/wwid").flatMap { $0.hasPrefix("naa.") || $0.hasPrefix("eui.") ? $0 : nil }
  }

  // The folder may have been reached by a number or through a partition; the kernel's name is in uevent.
  private static func name(of device: borrowing HostDirectory) -> String {
    let name = device.optional("uevent") { text -> String? in
      var rest = text
      while var line = rest.nextLine() {
        if line.next(before: UInt8(ascii: "=")).map({ $0 == "DEVNAME" }) ?? false { return line.string }
      }
      return nil
    }
    return name ?? device.name
  }
}

/// A mount that may show where the system lies.
struct RootMount {
  var major: UInt64
  var minor: UInt64
  var device: String

  // On ostree systems `/` may be an overlay (composefs) over what is mounted at /sysroot.
  private static let places: [StaticString] = ["/", "/sysroot", "/var", "/boot"]

  /// The mounts at those places, in that order: of several at one place the last, which hides the others.
  static func mounts(_ text: ByteText) -> [RootMount] {
    var found: [RootMount?] = places.map { _ in nil }
    var rest = text
    while var line = rest.nextLine() {
      for _ in 0..<2 { _ = line.nextField() }
      guard var number = line.nextField(), let major = number.next(before: UInt8(ascii: ":"))?.unsigned,
        let minor = number.unsigned, line.nextField() != nil, let point = line.nextField(),
        let place = places.firstIndex(where: { point == $0 })
      else { continue }
      while let field = line.nextField(), !(field == "-") {}
      guard line.nextField() != nil else { continue }
      found[place] = RootMount(major: major, minor: minor, device: line.nextField()?.string ?? "")
    }
    return found.compactMap { $0 }
  }
}

import BaseEncodings
import Glibc
import HostFS

/// The addresses that the machine's Ethernet interfaces were made with.
///
/// Sources: the kernel's Documentation/ABI `sysfs-class-net` (`addr_assign_type`, `address`, `device`); bonding's
/// `bond_slave/perm_hwaddr`; ethtool(8) `-P`. Interfaces without a device (veth, bridges, bonds, VLANs, those of a
/// container network) are nobody's hardware. InfiniBand is left out: part of its addresses is new at each boot.
enum PermanentAddresses {
  private static let directory = "class/net"

  static func reading(of root: HostRoot) -> HardwareFact.Reading {
    var parts: [[UInt8]] = []
    var sources: [String] = []
    do throws(ReadError) {
      let folder = try root.directory(.sys, directory)
      for name in try folder.entries() {
        guard let interface = interface(name, in: folder), isOwnHardware(interface),
          let (address, source) = address(name, interface, asks: root.isHostItself),
          !Placeholder.isAddress(address), !isMadeUp(address, interface)
        else { continue }
        parts.append(Array(text(address).utf8))
        sources.append("\(folder.name)/\(name)/\(source)")
      }
    } catch {
      return .absent(.unreadable(error))
    }
    return FactValue(parts, sources: sources).map { .present($0) }
      ?? .absent(.missing("no Ethernet interface has a permanent address"))
  }

  // An interface may go while the folder is read.
  private static func interface(_ name: String, in folder: borrowing HostDirectory) -> HostDirectory? {
    do throws(ReadError) {
      return try folder.directory(name)
    } catch {
      return nil
    }
  }

  // ARPHRD_ETHER, with a device, and not one of the functions that a card lends to guests.
  private static func isOwnHardware(_ interface: borrowing HostDirectory) -> Bool {
    interface.number("type") == 1 && interface.link("device") != nil && interface.link("device/physfn") == nil
  }

  // Management controllers show the host a USB interface with an address that they have made up; a real one's was
  // given by the IEEE. Guests' addresses are made up as well, and stay.
  private static func isMadeUp(_ address: [UInt8], _ interface: borrowing HostDirectory) -> Bool {
    address.first.map { $0 & 2 != 0 } ?? true && interface.link("device/subsystem")?.hasSuffix("/usb") ?? false
  }

  private static func address(
    _ name: String, _ interface: borrowing HostDirectory, asks: Bool
  ) -> (address: [UInt8], source: String)? {
    // A bond gives its own address to its interfaces.
    if let address = interface.text("bond_slave/perm_hwaddr").flatMap(bytes) {
      return (address, "bond_slave/perm_hwaddr")
    }
    // From another network namespace, as a pod's, the call would ask for another interface of that name.
    if asks, let address = permanentAddress(of: name), address.contains(where: { $0 != 0 }) {
      return (address, "ETHTOOL_GPERMADDR")
    }
    // NET_ADDR_PERM: neither random nor set by somebody.
    guard interface.number("addr_assign_type") == 0 else { return nil }
    return interface.text("address").flatMap(bytes).map { ($0, "address") }
  }

  static func bytes(_ text: String) -> [UInt8]? {
    let groups = text.split(separator: ":", omittingEmptySubsequences: false)
    guard groups.count == 6, groups.allSatisfy({ $0.utf8.count == 2 }) else { return nil }
    return Hexadecimal.bytes(groups.joined())
  }

  static func text(_ address: [UInt8]) -> String { address.map { Hexadecimal.text([$0]) }.joined(separator: ":") }

  /// What the driver says of this network namespace's interface. Source: linux/ethtool.h, `struct ethtool_perm_addr`;
  /// netdevice(7), `struct ifreq`.
  private static func permanentAddress(of name: String) -> [UInt8]? {
    let command: UInt32 = 0x20
    let request: UInt = 0x8946
    let longest = 32
    // An ifreq holds names of up to 15 bytes and their NUL.
    guard (1...15).contains(name.utf8.count) else { return nil }
    let socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    if socket < 0 { return nil }
    defer { close(socket) }
    return withUnsafeTemporaryAllocation(byteCount: 8 + longest, alignment: 8) { answer in
      answer.initializeMemory(as: UInt8.self, repeating: 0)
      answer.storeBytes(of: command, as: UInt32.self)
      answer.storeBytes(of: UInt32(longest), toByteOffset: 4, as: UInt32.self)
      var interface = ifreq()
      withUnsafeMutableBytes(of: &interface) { bytes in
        bytes.copyBytes(from: name.utf8)
        bytes.storeBytes(of: answer.baseAddress, toByteOffset: 16, as: UnsafeMutableRawPointer?.self)
      }
      guard ioctl(socket, request, &interface) == 0 else { return nil }
      let size = Int(answer.load(fromByteOffset: 4, as: UInt32.self))
      return size == 6 ? Array(answer[8..<14]) : nil
    }
  }
}

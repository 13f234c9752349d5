/// A node in a virtual machine with a kernel and an initramfs of its own, where Ignition runs as on a real host: minutes where KVM does
/// not work. `scripts/lab/qemu` knows how.
public struct QEMUMachine: Machine {
  /// `qemu`.
  public let kind = "qemu"
  /// Those that the script calls.
  public let programs = ["qemu-system-x86_64", "qemu-img", "mke2fs", "swtpm", "python3", "tail", "ip"]
  /// The node's address with its prefix length, which its initramfs needs for downloads; `nil` where nothing is downloaded.
  public var address: String?
  /// Folders of this machine of which the node sees a copy at the same path, such as the libraries of a debug build.
  public var shownFolders: [String]
  /// What its clock reads when it is switched on, as QEMU's `-rtc base=` takes it; `nil` for now.
  public var clock: String?
  /// A disk that boots by itself, such as Fedora CoreOS's for QEMU (qcow2 or raw); `nil` for the lab's tree.
  public var image: String?

  /// A machine; see the properties.
  public init(address: String? = nil, shownFolders: [String] = []) {
    self.address = address
    self.shownFolders = shownFolders
  }

  /// See ``Machine``.
  public func boot(_ start: MachineStart) -> [String] {
    // A name of an interface has at most 15 bytes.
    let tap = "tap-\(start.node.name.prefix(11))"
    // The one of an earlier boot is there still.
    let plug =
      "ip link show \"$2\" >/dev/null 2>&1 || ip tuntap add \"$2\" mode tap; ip link set \"$2\" master \"$3\" up;"
    var words = [
      "env", "LL_LAB_INSIDE=yes", "LL_LAB_TREE=\(start.tools.tree)",
      "sh", "-ec", "\(address == nil ? "" : plug) echo $$ >\"$1\"; shift 3; exec \"$@\"", "sh", "\(start.state).pid",
      tap, start.network.bridge, "\(start.tools.scripts)/lab/qemu", "--timeout", "\(start.timeout)",
    ]
    if let address {
      words += ["--network", address, "--netdev", "tap,ifname=\(tap),script=no,downscript=no"]
      // No two of a network may have the same.
      if let hardware = Self.hardwareAddress(of: address) { words += ["--mac", hardware] }
    }
    if let image {
      words += ["--image", image]
      if address != nil { words += ["--dhcp", start.network.bridge] }
    }
    for folder in shownFolders { words += ["--bind-ro", folder] }
    if let tpm = start.node.tpm { words += ["--swtpm", "\(tpm)/state"] }
    if let store = start.store { words += ["--store", store] }
    if let clock { words += ["--clock", clock] }
    if !start.isFirst { words.append("--second-boot") }
    return words + [start.node.config, start.state]
  }

  /// A locally administered address (IEEE 802, first octet 52) from the last three octets of an IPv4 address.
  static func hardwareAddress(of address: String) -> String? {
    let octets = address.prefix { $0 != "/" }.split(separator: ".").compactMap { UInt8($0) }
    guard octets.count == 4 else { return nil }
    let hexadecimal = octets.dropFirst().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return (["52", "54", "00"] + hexadecimal).joined(separator: ":")
  }

  /// See ``Machine``. A unit of the lab's tree writes it to a virtio port, whose other end is a file.
  public func journal(_ start: MachineStart) -> [String] {
    [
      "sh", "-c", "until [ -e \"$1\" ]; do sleep 0.1; done; exec tail --bytes=+1 --follow \"$1\"", "sh",
      "\(start.state)/journal.json",
    ]
  }

  /// See ``Machine``. SIGTERM makes the script press the power button.
  public func powerOff(_ start: MachineStart) -> [String] {
    ["sh", "-ec", "kill -TERM \"$(cat \"$1\")\"", "sh", "\(start.state).pid"]
  }

  /// See ``Machine``.
  public func inside(_ start: MachineStart, _ words: [String]) -> [String]? { nil }

  /// See ``Machine``: where Ignition's stages end in the initramfs, and at the second boot where the real root begins.
  public func origin(_ start: MachineStart) -> BootOrigin? { .initramfs }
}

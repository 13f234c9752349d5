/// A node in an emulated machine with a kernel and an initramfs of its own, where Ignition runs as on a real host: minutes without KVM.
/// `scripts/lab/qemu` knows how.
public struct QEMUMachine: Machine {
  /// `qemu`.
  public let kind = "qemu"
  /// Those that the script calls.
  public let programs = ["qemu-system-x86_64", "qemu-img", "swtpm", "python3", "tail"]
  /// The node's address with its prefix length, which its initramfs needs for downloads; `nil` where nothing is downloaded.
  public var address: String?

  /// A machine; see the properties.
  public init(address: String? = nil) { self.address = address }

  /// See ``Machine``.
  public func boot(_ start: MachineStart) -> [String] {
    var words = [
      "env", "LL_LAB_INSIDE=yes", "LL_LAB_TREE=\(start.tools.tree)",
      "sh", "-c", "echo $$ >\"$1\" && shift && exec \"$@\"", "sh", "\(start.state).pid",
      "\(start.tools.scripts)/lab/qemu", "--timeout", "\(start.timeout)",
    ]
    if let address { words += ["--network", address, "--mirror", "\(start.network.mirrorPort)"] }
    if let tpm = start.node.tpm { words += ["--swtpm", "\(tpm)/state"] }
    if let store = start.store { words += ["--store", store] }
    if !start.isFirst { words.append("--second-boot") }
    return words + [start.node.config, start.state]
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

  /// See ``Machine``: where Ignition's stages end in the initramfs, and at the second boot where the real root begins.
  public func origin(_ start: MachineStart) -> BootOrigin? { .initramfs }
}

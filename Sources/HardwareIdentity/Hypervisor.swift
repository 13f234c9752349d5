import HostFS

/// The hypervisor that a machine runs under.
public struct Hypervisor: Sendable, Hashable {
  /// Its name as systemd-detect-virt(1) has it: `kvm`, `vmware`; `vm-other` for one that does not say who it is.
  public var name: String
  /// What showed it, as a path on the host.
  public var source: String

  /// A hypervisor.
  public init(name: String, source: String) {
    self.name = name
    self.source = source
  }

  /// The hypervisor under `root`; `nil` where nothing shows one.
  init?(of root: HostRoot) {
    // Xen's first domain drives the hardware and sees its firmware, whatever its processors show.
    let isFirstDomain = Self.read(root, .proc, "xen/capabilities") { $0.string.contains("control_d") } ?? false
    guard !isFirstDomain,
      let found = Self.inXen(root) ?? Self.inDMI(root) ?? Self.inDevicetree(root) ?? Self.inProcessor(root)
    else { return nil }
    self = found
  }

  // Beginnings of what SMBIOS says of the machine. Source: systemd's src/basic/virt.c, without its "Oracle
  // Corporation", which Oracle's own servers say too; VirtualBox has other words.
  private static let products: [(text: String, name: String)] = [
    ("KVM", "kvm"), ("OpenStack", "kvm"), ("KubeVirt", "kvm"), ("Amazon EC2", "amazon"), ("QEMU", "qemu"),
    ("VMware", "vmware"), ("VMW", "vmware"), ("innotek GmbH", "oracle"), ("VirtualBox", "oracle"), ("Xen", "xen"),
    ("Bochs", "bochs"), ("Parallels", "parallels"), ("BHYVE", "bhyve"), ("Hyper-V", "microsoft"),
    ("Apple Virtualization", "apple"), ("Google Compute Engine", "google"),
  ]

  private static func inDMI(_ root: HostRoot) -> Hypervisor? {
    guard let id = folder(root, "class/dmi/id") else { return nil }
    let attributes = ["product_name", "sys_vendor", "board_vendor", "bios_vendor", "product_version"]
    for attribute in attributes {
      guard let text = id.text(named: attribute),
        let product = products.first(where: { text.hasPrefix($0.text) })
      else { continue }
      // Amazon's machines without a hypervisor carry the same vendor.
      if product.name == "amazon", isMetal(id.text("product_name") ?? "") { return nil }
      return Hypervisor(name: product.name, source: "\(id.name)/\(attribute)")
    }
    if id.text("sys_vendor") == "Microsoft Corporation", id.text("product_name") == "Virtual Machine" {
      return Hypervisor(name: "microsoft", source: "\(id.name)/product_name")
    }
    return inSMBIOS(root)
  }

  private static func isMetal(_ product: String) -> Bool {
    product.split(separator: ".").dropFirst().contains { $0 == "metal" || $0.hasPrefix("metal-") }
  }

  // SMBIOS 7.1.2.2: bit 4 of the second characteristics extension byte, which only root may read.
  private static func inSMBIOS(_ root: HostRoot) -> Hypervisor? {
    let path: StaticString = "firmware/dmi/entries/0-0/raw"
    let isVirtual = read(root, .sys, path) { ($0[1] ?? 0) >= 20 && ($0[19] ?? 0) & 0x10 != 0 } ?? false
    return isVirtual ? Hypervisor(name: "vm-other", source: "/sys/\(path)") : nil
  }

  private static func inXen(_ root: HostRoot) -> Hypervisor? {
    let isXen = read(root, .sys, "hypervisor/type") { $0.trimmed == "xen" } ?? false
    return isXen ? Hypervisor(name: "xen", source: "/sys/hypervisor/type") : nil
  }

  private static func inDevicetree(_ root: HostRoot) -> Hypervisor? {
    guard let base = folder(root, "firmware/devicetree/base") else { return nil }
    if let compatible = base.text("hypervisor/compatible") {
      let name =
        compatible.hasPrefix("linux,kvm")
        ? "kvm" : compatible.contains("xen") ? "xen" : compatible.contains("vmware") ? "vmware" : "vm-other"
      return Hypervisor(name: name, source: "\(base.name)/hypervisor/compatible")
    }
    if base.text("ibm,partition-name") != nil, base.text("hmc-managed?") != nil {
      return Hypervisor(name: "powervm", source: "\(base.name)/ibm,partition-name")
    }
    if let device = names(base).first(where: { $0.contains("fw-cfg") }) {
      return Hypervisor(name: "qemu", source: "\(base.name)/\(device)")
    }
    guard let compatible = base.text("compatible") else { return nil }
    let isQEMU = compatible.hasPrefix("qemu,pseries") || compatible.hasPrefix("linux,dummy-virt")
    return isQEMU ? Hypervisor(name: "qemu", source: "\(base.name)/compatible") : nil
  }

  // Only x86 has it: bit 31 of ECX, CPUID leaf 1, which processors leave to hypervisors.
  private static func inProcessor(_ root: HostRoot) -> Hypervisor? {
    let isGuest = read(root, .proc, "cpuinfo", limit: 16 << 20) { text in
      var rest = text
      while var line = rest.nextLine() {
        guard let key = line.next(before: UInt8(ascii: ":")), key.trimmed == "flags" else { continue }
        while let flag = line.nextField() {
          if flag == "hypervisor" { return true }
        }
        return false
      }
      return false
    }
    return isGuest == true ? Hypervisor(name: "vm-other", source: "/proc/cpuinfo") : nil
  }

  // Each of these files is there on some machines only, and one that is not there shows no hypervisor.
  private static func read<Result>(
    _ root: HostRoot, _ place: HostRoot.Place, _ path: StaticString, limit: Int = 1 << 16,
    _ body: (ByteText) -> Result
  ) -> Result? {
    do throws(ReadError) {
      return try root.read(place, path, limit: limit, body)
    } catch {
      return nil
    }
  }

  private static func folder(_ root: HostRoot, _ path: String) -> HostDirectory? {
    do throws(ReadError) {
      return try root.directory(.sys, path)
    } catch {
      return nil
    }
  }

  private static func names(_ folder: borrowing HostDirectory) -> [String] {
    do throws(ReadError) {
      return try folder.entries()
    } catch {
      return []
    }
  }
}

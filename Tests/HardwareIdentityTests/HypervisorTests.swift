import HardwareIdentity
import TestSupport
import Testing

@Suite("Hypervisors")
struct HypervisorTests {
  private static let vendor = "sys_vendor = Dell Inc."
  private static let product = "product_name = PowerEdge R650"
  private static let flags = "sse4_2 x2apic"

  @Test(
    "SMBIOS names the hypervisor, whatever the processor says",
    arguments: [
      ("QEMU", "KVM", "kvm product_name"), ("VMware, Inc.", "VMware7,1", "vmware product_name"),
      ("innotek GmbH", "VirtualBox", "oracle product_name"), ("Xen", "HVM domU", "xen sys_vendor"),
      ("Amazon EC2", "m5.large", "amazon sys_vendor"), ("Google", "Google Compute Engine", "google product_name"),
      ("Microsoft Corporation", "Virtual Machine", "microsoft product_name"),
      ("OpenStack Foundation", "OpenStack Nova", "kvm product_name"),
    ] as [(String, String, String)])
  func named(vendor: String, product: String, expected: String) throws {
    let found = try hypervisor([Self.vendor: "sys_vendor = \(vendor)", Self.product: "product_name = \(product)"])
    let parts = expected.split(separator: " ")
    #expect(found?.name == String(parts[0]))
    #expect(found?.source == "/sys/class/dmi/id/\(parts[1])")
  }

  @Test(
    "the same vendors' machines without a hypervisor have none",
    arguments: [
      ("Amazon EC2", "m5.metal"), ("Amazon EC2", "u-6tb1.metal-56xl"), ("Microsoft Corporation", "Surface Hub"),
      ("Oracle Corporation", "ORACLE SERVER X9-2"),
    ])
  func metal(vendor: String, product: String) throws {
    #expect(
      try hypervisor([Self.vendor: "sys_vendor = \(vendor)", Self.product: "product_name = \(product)"]) == nil)
  }

  @Test("the processor's flag shows a hypervisor that hides in SMBIOS")
  func flag() throws {
    let found = try hypervisor([Self.flags: "sse4_2 hypervisor x2apic"])
    #expect(found?.name == "vm-other" && found?.source == "/proc/cpuinfo")
    #expect(try hypervisor([Self.flags: "sse4_2 nohypervisor x2apic"]) == nil)
  }

  @Test("SMBIOS' bit shows one on machines whose processors have no flags")
  func bit() throws {
    let table = "sys/firmware/dmi/entries/0-0/raw =x 00180000010203000304050000000000000003"
    #expect(try hypervisor(more: table + "1c0000").map(\.source) == "/sys/firmware/dmi/entries/0-0/raw")
    #expect(try hypervisor(more: table + "0c0000") == nil)
    #expect(try hypervisor(more: table) == nil)
  }

  @Test("a guest of Xen is one, and the domain that drives the hardware is not")
  func xen() throws {
    let type = "sys/hypervisor/type = xen"
    #expect(try hypervisor(more: type).map(\.name) == "xen")
    #expect(
      try hypervisor([Self.flags: "sse4_2 hypervisor"], more: type + "\nproc/xen/capabilities = control_d") == nil)
  }

  @Test(
    "the devicetree names it on machines without SMBIOS",
    arguments: [
      ("hypervisor/compatible =x 6c696e75782c6b766d00", "kvm"), ("fw-cfg@9020000/", "qemu"),
      ("hypervisor/compatible =x 78656e2c78656e2d342e313700", "xen"),
    ])
  func devicetree(line: String, name: String) throws {
    let found = try MachineTree("written-arm-board", more: "sys/firmware/devicetree/base/" + line).facts().hypervisor
    #expect(found?.name == name)
    #expect(found?.source.hasPrefix("/sys/firmware/devicetree/base/") == true)
  }

  @Test("QEMU's virtual ARM machine is a guest, and its devicetree UUID is the product's")
  func virt() throws {
    let facts = try MachineTree(
      "written-arm-board",
      replacing: ["72617370626572727970692c342d6d6f64656c2d6200": "6c696e75782c64756d6d792d7669727400"],
      more: "sys/firmware/devicetree/base/vm,uuid = 3D8A1C52-6B1F-4E0B-9C77-51A0C7E2D910"
    ).facts()
    #expect(facts.hypervisor?.name == "qemu")
    #expect(facts.words(.productUUID) == "3d8a1c52-6b1f-4e0b-9c77-51a0c7e2d910")
    #expect(facts.sources(.productUUID) == ["/sys/firmware/devicetree/base/vm,uuid"])
  }

  private func hypervisor(_ replacing: [String: String] = [:], more: String = "") throws -> Hypervisor? {
    try MachineTree("written-rack-server", replacing: replacing, more: more).facts().hypervisor
  }
}

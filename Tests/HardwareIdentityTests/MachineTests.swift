import Foundation
import HardwareIdentity
import TestSupport
import Testing

@Suite("The facts of machines")
struct MachineTests {
  struct Machine: Sendable, CustomTestStringConvertible {
    var tree: String
    var hypervisor: String?
    var productUUID: String
    var board: String
    var chassis: String
    var disk: String
    var addresses: String
    var isEnough: Bool
    var testDescription: String { tree }
  }

  static let machines = [
    Machine(
      tree: "captured-firecracker", hypervisor: "vm-other /proc/cpuinfo",
      productUUID: "absent: /sys/class/dmi/id/product_uuid does not exist",
      board: "absent: /sys/class/dmi/id/board_serial does not exist",
      chassis: "absent: /sys/class/dmi/id/chassis_serial does not exist", disk: "overlayblk",
      addresses: "02:fc:00:00:00:01", isEnough: false),
    Machine(
      tree: "written-rack-server", hypervisor: nil, productUUID: "4c4c4544-0044-3510-8052-b4c04f4b3032",
      board: ".D5RK02.CNFCP0012300AB.", chassis: "D5RK02", disk: "S5Y1NA0R712345",
      addresses: "04:3f:72:aa:00:01 b0:7b:25:c1:00:10 b0:7b:25:c1:00:11", isEnough: true),
    Machine(
      tree: "written-kvm-coreos", hypervisor: "qemu /sys/class/dmi/id/sys_vendor",
      productUUID: "6f1f9f0e-8c7a-4b77-9a0e-3d2b1c0a9f88",
      board: "absent: /sys/class/dmi/id/board_serial does not exist",
      chassis: "absent: /sys/class/dmi/id/chassis_serial has a text that many machines have: \"\"", disk: "WD-7c1e0a",
      addresses: "52:54:00:6b:3c:58", isEnough: true),
    Machine(
      tree: "written-arm-board", hypervisor: nil,
      productUUID: "absent: /sys/class/dmi/id/product_uuid does not exist", board: "100000003d1f452a",
      chassis: "absent: /sys/class/dmi/id/chassis_serial does not exist", disk: "0x3b1c7a52",
      addresses: "dc:a6:32:01:23:45", isEnough: true),
    Machine(
      tree: "written-multipath-lvm", hypervisor: nil, productUUID: "37383638-3330-5a43-4a39-313430354b36",
      board: "PWVXX0CRHBD0AB", chassis: "CZJ91405K6", disk: "6E00FE6D0001",
      addresses: "absent: no Ethernet interface has a permanent address", isEnough: true),
    Machine(
      tree: "written-mini-computer", hypervisor: nil,
      productUUID:
        "absent: /sys/class/dmi/id/product_uuid has a text that many machines have: "
        + "\"03000200-0400-0500-0006-000700080009\"",
      board: "absent: /sys/class/dmi/id/board_serial has a text that many machines have: \"To be filled by O.E.M.\"",
      chassis: "absent: /sys/class/dmi/id/chassis_serial has a text that many machines have: \"Default string\"",
      disk: "S64DNF0R900001 S64DNF0R900002", addresses: "7c:83:34:b0:11:22", isEnough: false),
    Machine(
      tree: "written-live-netboot", hypervisor: nil,
      productUUID: "absent: /sys/class/dmi/id/product_uuid does not exist",
      board: "absent: /sys/class/dmi/id/board_serial does not exist",
      chassis: "absent: /sys/class/dmi/id/chassis_serial does not exist",
      disk: "absent: no disk is under the root file system",
      addresses: "absent: no Ethernet interface has a permanent address", isEnough: false),
  ]

  @Test("each machine has its facts, or why it has not", arguments: machines)
  func facts(_ machine: Machine) throws {
    let facts = try MachineTree(machine.tree).facts()
    #expect(facts.hypervisor.map { "\($0.name) \($0.source)" } == machine.hypervisor)
    #expect(facts.words(.productUUID) == machine.productUUID)
    #expect(facts.words(.boardSerial) == machine.board)
    #expect(facts.words(.chassisSerial) == machine.chassis)
    #expect(facts.words(.systemDiskSerial) == machine.disk)
    #expect(facts.words(.nicPermanentAddress) == machine.addresses)
    #expect(facts.words(.tpmEndorsementKey) == "absent: this machine has no TPM")
    #expect(facts.isEnough == machine.isEnough)
    #expect(facts.facts.allSatisfy { $0.isHypervisorControlled == (machine.hypervisor != nil) })
  }

  @Test("a fact names the files that it was read from")
  func sources() throws {
    let server = try MachineTree("written-rack-server").facts()
    #expect(server.sources(.productUUID) == ["/sys/class/dmi/id/product_uuid"])
    #expect(server.sources(.systemDiskSerial) == ["/sys/block/sda/device/vpd_pg80"])
    #expect(
      server.sources(.nicPermanentAddress) == [
        "/sys/class/net/eno1/bond_slave/perm_hwaddr", "/sys/class/net/eno2/bond_slave/perm_hwaddr",
        "/sys/class/net/ens1f0/address",
      ])
    let board = try MachineTree("written-arm-board").facts()
    #expect(board.sources(.boardSerial) == ["/sys/firmware/devicetree/base/serial-number"])
    #expect(board.sources(.systemDiskSerial) == ["/sys/block/mmcblk0/device/serial"])
    let paths = try MachineTree("written-multipath-lvm").facts()
    #expect(
      paths.sources(.systemDiskSerial) == ["/sys/block/sda/device/vpd_pg80", "/sys/block/sdb/device/vpd_pg80"])
  }

  @Test("a disk without a serial number is known by the worldwide name that it carries, and by no other")
  func worldwideName() throws {
    let disk = "0:0:0:0/"
    #expect(
      try MachineTree("written-rack-server", without: [disk + "vpd_pg80"]).facts().words(.systemDiskSerial)
        == "naa.5002538f43b01234")
    #expect(
      try MachineTree(
        "written-rack-server", replacing: ["naa.5002538f43b01234": "t10.ATA     QEMU HARDDISK"],
        without: [disk + "vpd_pg80"]
      ).facts().words(.systemDiskSerial)
        == "absent: the disk under the root file system has no serial number: sda")
  }

  @Test("stacked devices that lead back to themselves end")
  func circle() throws {
    let facts = try MachineTree(
      "written-multipath-lvm", without: ["slaves/sda", "slaves/sdb"],
      more: "sys/devices/virtual/block/dm-0/slaves/dm-2 -> ../../dm-2"
    ).facts()
    #expect(facts.words(.systemDiskSerial) == "absent: no disk is under the root file system")
  }

  @Test("a machine of which nothing can be read has no fact, and says why")
  func nothing() throws {
    let facts = try MachineTree(
      "written-live-netboot", without: ["proc/", "sys/"], more: "proc/1/\nsys/class/"
    ).facts()
    #expect(facts.weight == 0 && facts.hypervisor == nil && facts.facts.count == 6)
    #expect(facts.words(.systemDiskSerial) == "absent: /proc/1/mountinfo does not exist")
    #expect(facts.words(.nicPermanentAddress) == "absent: /sys/class/net does not exist")
  }

  @Test("a credential goes before the file that only root may read, and says that it was one")
  func credentials() throws {
    let folder = try TemporaryFolder()
    try folder.write("0A1B2C3D-0000-4000-8000-00000000000a\n", to: "product-uuid")
    try folder.write("absent", to: "board-serial")
    try folder.write("None\n", to: "chassis-serial")
    let facts = try MachineTree("written-rack-server").facts(credentials: folder.url.path)
    #expect(facts.words(.productUUID) == "0a1b2c3d-0000-4000-8000-00000000000a")
    #expect(facts.sources(.productUUID) == ["credential product-uuid"])
    #expect(facts.words(.boardSerial) == ".D5RK02.CNFCP0012300AB.")
    #expect(
      facts.words(.chassisSerial) == "absent: credential chassis-serial has a text that many machines have: \"None\"")
  }

  @Test(
    "what is no UUID is not one",
    arguments: ["4C4C4544", "4C4C4544-0044-3510-8052-B4C04F4B303G", "../../etc/passwd"])
  func malformed(text: String) throws {
    let facts = try MachineTree(
      "written-rack-server", replacing: ["4C4C4544-0044-3510-8052-B4C04F4B3032": text]
    ).facts()
    #expect(
      facts.words(.productUUID)
        == "absent: /sys/class/dmi/id/product_uuid has no such value: \(text.debugDescription)")
  }
}

import HardwareIdentity
import TestSupport
import Testing

@Suite("Texts that many machines have")
struct PlaceholderTests {
  @Test(
    "a UUID that is nobody's is refused",
    arguments: [
      "00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
      "11111111-1111-1111-1111-111111111111", "03000200-0400-0500-0006-000700080009",
      "00020003-0004-0005-0006-000700080009", "03020100-0504-0706-0809-0A0B0C0D0E0F",
      "12345678-1234-5678-90AB-CDDEEFAABBCC", "4C4C4544-0000-2010-8020-80C04F202020",
      "ffffff00-ffff-ffff-ffff-ffffffffffff",
    ])
  func uuid(text: String) throws {
    let facts = try server(replacing: ["4C4C4544-0044-3510-8052-B4C04F4B3032": text])
    #expect(
      facts.words(.productUUID)
        == "absent: /sys/class/dmi/id/product_uuid has a text that many machines have: \(text.debugDescription)")
  }

  @Test(
    "a UUID that begins or ends like one that is nobody's is somebody's",
    arguments: ["00000000-0000-0000-0000-000000000001", "9c6b0076-9cc4-0000-0000-000000000000"])
  func ownUUID(text: String) throws {
    #expect(
      try server(replacing: ["4C4C4544-0044-3510-8052-B4C04F4B3032": text]).words(.productUUID) == text)
  }

  @Test(
    "a serial number that is nobody's is refused",
    arguments: [
      "To be filled by O.E.M.", "TO BE FILLED BY O.E.M.", "To  Be Filled  By O.E.M.", "Default string", "None",
      "Not Specified", "System Serial Number", "Base Board Serial Number", "Chassis Serial Number", "N/A", "0",
      "00000000", "FFFFFFFF", "xxxxxxxxxx", "....................", "..-..", "0123456789", "123456789",
      "Not Applicable", "Type2 - Board Serial Number", "Unknown", "INVALID", "0 0 0 0",
    ])
  func serial(text: String) throws {
    let facts = try server(replacing: [".D5RK02.CNFCP0012300AB.": text])
    #expect(facts.words(.boardSerial).hasPrefix("absent: /sys/class/dmi/id/board_serial has a text that many"))
  }

  @Test(
    "a serial number that is somebody's stays as it is",
    arguments: ["CZC1234XYZ", "VMware-42 1e 0b 5a", "..CN7475171M0123.", "8072-2133-9911-0000-1234-5678-90", "None-1"])
  func ownSerial(text: String) throws {
    #expect(try server(replacing: [".D5RK02.CNFCP0012300AB.": text]).words(.boardSerial) == text)
  }

  @Test("the serial numbers that QEMU gives its disks are refused", arguments: ["QM00001", "QM00013"])
  func disk(text: String) throws {
    let facts = try MachineTree("written-kvm-coreos", replacing: ["WD-7c1e0a": text]).facts()
    #expect(facts.words(.systemDiskSerial).contains("/sys/block/vda/serial has a text that many machines have"))
    let own = try MachineTree("written-kvm-coreos", replacing: ["WD-7c1e0a": "QMC00001"]).facts()
    #expect(own.words(.systemDiskSerial) == "QMC00001")
  }

  @Test(
    "an Ethernet address that is nobody's is left out",
    arguments: [
      "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "52:54:00:12:34:56", "04:3f:72:aa:00",
      "04:3f:72:aa:00:0g", "",
    ])
  func address(text: String) throws {
    let facts = try server(replacing: ["04:3F:72:AA:00:01": text])
    #expect(facts.words(.nicPermanentAddress) == "b0:7b:25:c1:00:10 b0:7b:25:c1:00:11")
  }

  private func server(replacing: [String: String]) throws -> HardwareFacts {
    try MachineTree("written-rack-server", replacing: replacing).facts()
  }
}

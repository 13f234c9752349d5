import TPMStructures
import Testing

@testable import MeasuredBoot

@Suite("Events in words")
struct WordsTests {
  static let recorded: [(Int, String)] = [
    (0, "event 0 (PCR 0, EV_NO_ACTION): the log's header"),
    (1, "event 1 (PCR 0, EV_S_CRTM_VERSION): 2 bytes"),
    (2, "event 2 (PCR 0, EV_EFI_PLATFORM_FIRMWARE_BLOB): firmware at 0x820000, 917504 bytes"),
    (4, "event 4 (PCR 7, EV_EFI_VARIABLE_DRIVER_CONFIG): SecureBoot=1"),
    (5, "event 5 (PCR 7, EV_EFI_VARIABLE_DRIVER_CONFIG): PK: 1 certificate"),
    (6, "event 6 (PCR 7, EV_EFI_VARIABLE_DRIVER_CONFIG): KEK: 2 certificates"),
    (7, "event 7 (PCR 7, EV_EFI_VARIABLE_DRIVER_CONFIG): db: 2 certificates"),
    (8, "event 8 (PCR 7, EV_EFI_VARIABLE_DRIVER_CONFIG): dbx: 1 hash"),
    (9, "event 9 (PCR 7, EV_SEPARATOR): separator"),
    (10, "event 10 (PCR 1, EV_EFI_VARIABLE_BOOT): BootOrder: 0001,0000,0002"),
    (
      12, "event 12 (PCR 1, EV_EFI_VARIABLE_BOOT): Boot0000: UiApp (firmware file 462caa21-7614-4503-836e-8ab6f4662331)"
    ),
    (14, "event 14 (PCR 4, EV_EFI_ACTION): Calling EFI Application from Boot Option"),
    (22, "event 22 (PCR 7, EV_EFI_VARIABLE_AUTHORITY): db: a certificate of 1556 bytes of Microsoft"),
    (23, "event 23 (PCR 5, EV_EFI_GPT_EVENT): partition table, 1 partition"),
    (24, "event 24 (PCR 4, EV_EFI_BOOT_SERVICES_APPLICATION): \\EFI\\BOOT\\BOOTX64.EFI"),
    (25, "event 25 (PCR 14, EV_IPL): MokList"),
    (27, "event 27 (PCR 7, EV_EFI_VARIABLE_AUTHORITY): SbatLevel: sbat,1,2025021800\\nshim,4\\ngrub,5\\n"),
    (29, "event 29 (PCR 7, EV_EFI_VARIABLE_AUTHORITY): MokListRT: a certificate of 930 bytes of shim"),
    (34, "event 34 (PCR 8, EV_IPL): grub_cmd: source (hd0,gpt1)/EFI/debian/grub.cfg"),
    (42, "event 42 (PCR 4, EV_EFI_BOOT_SERVICES_APPLICATION): an image without a path"),
    (46, "event 46 (PCR 9, EV_IPL): /initramfs-6.1.0-47-cloud-amd64.img"),
    (48, "event 48 (PCR 5, EV_EFI_ACTION): Exit Boot Services Returned with Success"),
  ]

  @Test("a recorded event says what it measured", arguments: recorded)
  func recordedEvent(number: Int, words: String) throws {
    #expect(try RecordedLog.log("running").events[number].description == words)
  }

  @Test("a variable names its vendor")
  func vendor() throws {
    let events = try RecordedLog.log("running").events
    #expect(events[4].guid?.description == "8be4df61-93ca-11d2-aa0d-00e098032b8c")
    #expect(events[7].guid?.name == "EFI image security database" && events[9].guid == nil)
  }

  static let written: [(UInt32, [UInt8], String)] = [
    (0x04, [1, 0, 0, 0], "separator of an error, 0x1"),
    (0x04, [0xFF, 0xFF, 0xFF, 0xFF], "separator"),
    (0x01, Array("ACPI DATA".utf8), "ACPI DATA"),
    (0x08, [0x31, 0, 0x2E, 0, 0x32, 0, 0, 0], "1.2"),
    (0x06, [0x38, 0xE2, 0xB5, 0x8F, 13, 0, 0, 0] + Array("Linux initrd\0".utf8), "Linux initrd"),
    (0x0D, Array("grub_cmd: a\u{1B}[31m\u{202E}b\0".utf8), "21 bytes"),
    (0x0D, Array("right\u{202E}left\0".utf8), "right\\u{202e}left"),
    (0x0D, Array(repeating: 0x61, count: 5000), String(repeating: "a", count: 400) + "…"),
    (0x8000_0001, [1, 2, 3], "3 bytes"),
    (0x0D, [], "no data"),
  ]

  @Test("whatever firmware wrote is shown on one line that no terminal obeys", arguments: written)
  func writtenEvent(type: UInt32, data: [UInt8], words: String) {
    let event = Event(number: 0, offset: 0, pcr: 8, type: EventType(rawValue: type), digests: [], data: data)
    #expect(event.words == words)
  }

  @Test("the digest of a variable, a separator and a GRUB command is that of its data")
  func rules() throws {
    let events = try RecordedLog.log("staged").events
    for bank in [HashAlgorithm.sha256, .sha384] {
      #expect(events[7].rule(bank) == .data && events[27].rule(bank) == .data && events[10].rule(bank) == .contents)
      #expect(events[38].rule(bank) == .grub && events[44].rule(bank) == .grub && events[41].rule(bank) == nil)
    }
  }
}

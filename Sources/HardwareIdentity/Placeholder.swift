import BaseEncodings

/// Texts that makers leave where a machine's own should stand.
///
/// Sources: SMBIOS (DSP0134) 7.2.1: a UUID of zeros is "not present", one of ones "not present, but settable"; the
/// lists of FOG (`getHostByUuidAndSerial`) for UUIDs and serials; lshw's and dmidecode's reports of boards with
/// American Megatrends firmware; QEMU (hw/net: 52:54:00:12:34:56; hw/ide: serials `QM00001` and on).
enum Placeholder {
  private static let uuids: Set<String> = [
    // American Megatrends' template, in both byte orders.
    "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
    "03020100-0504-0706-0809-0a0b0c0d0e0f", "00010203-0405-0607-0809-0a0b0c0d0e0f",
    "12345678-1234-5678-90ab-cddeefaabbcc", "12345678-1234-1234-1234-123456789abc",
    "ffffff00-ffff-ffff-ffff-ffffffffffff", "01234567-89ab-cdef-0123-456789abcdef",
    // Dell's, which spells "DELL" and the service tag, for a tag of blanks.
    "4c4c4544-0000-2010-8020-80c04f202020",
  ]

  private static let serials: Set<String> = [
    "to be filled by o.e.m.", "to be filled by oem", "to be filled", "default string", "default_string", "default",
    "none", "null", "n/a", "na", "unknown", "invalid", "empty", "oem", "o.e.m.", "o.e.m", "tbd", "t.b.d", "t.b.d.",
    "not available", "not applicable", "not specified", "not present", "not settable", "not provided", "not set",
    "no serial", "no serial number", "serial number", "system serial number", "base board serial number",
    "baseboard serial number", "board serial number", "chassis serial number", "chassis serial#",
    "type1 - system serial number", "type2 - board serial number", "type3 - chassis serial number", "sernum",
    "ssn12345678901234567", "bsn12345678901234567", "csn12345678901234567", "mb-1234567890", ".pcie2", "absent",
    "0123456789", "1234567890", "123456789", "12345678", "01234567", "0123456789abcdef", "123456789abcdef",
  ]

  /// Whether a UUID, in lower case, is one that many machines have.
  static func isUUID(_ text: String) -> Bool {
    let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
    return uuids.contains(text) || digits.allSatisfy { $0 == digits.first }
  }

  /// Whether a serial number is one that many machines have: nothing, one character again and again, or words.
  static func isSerial(_ text: String) -> Bool {
    let letters = text.utf8.filter { $0 != UInt8(ascii: " ") }
    if letters.allSatisfy({ $0 == letters.first }) { return true }
    return !letters.contains(where: isLetterOrDigit)
      || serials.contains(text.split(separator: " ").joined(separator: " ").lowercased())
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte | 0x20 {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
    default: false
    }
  }

  /// Whether a disk's serial number is one that many disks have.
  static func isDiskSerial(_ text: String) -> Bool {
    if isSerial(text) { return true }
    let number = text.dropFirst(2)
    return text.hasPrefix("QM") && number.utf8.count == 5 && number.allSatisfy(\.isNumber)
  }

  /// Whether an Ethernet address of six bytes is nobody's own: zeros, ones, a group's (IEEE 802: the least bit of the
  /// first byte), or the first that QEMU gives.
  static func isAddress(_ address: [UInt8]) -> Bool {
    guard let first = address.first, address.count == 6 else { return true }
    return first & 1 == 1 || address.allSatisfy { $0 == 0 } || address == [0x52, 0x54, 0, 0x12, 0x34, 0x56]
  }
}

/// A fact about a machine's hardware that stays the same from boot to boot.
///
/// The raw value is its name in the license protocol (`HardwareFact.name`) and in what `ll-agent fingerprint` prints.
public enum FactName: String, Sendable, Hashable, CaseIterable, Comparable {
  /// The serial number of the main board. Sources: SMBIOS (DSP0134) 7.3, baseboard serial number; without SMBIOS the
  /// devicetree's `serial-number`.
  case boardSerial = "board-serial"
  /// The serial number of the chassis. Source: SMBIOS 7.4.
  case chassisSerial = "chassis-serial"
  /// The addresses that the Ethernet interfaces were made with; several of them. Source: ethtool's
  /// `ETHTOOL_GPERMADDR`, and sysfs.
  case nicPermanentAddress = "nic-permanent-address"
  /// The machine's UUID. Sources: SMBIOS 7.2.1; the devicetree's `vm,uuid`.
  case productUUID = "product-uuid"
  /// The serial numbers of the disks under the root file system. Source: sysfs.
  case systemDiskSerial = "system-disk-serial"
  /// The public area of the TPM's endorsement key.
  case tpmEndorsementKey = "tpm-ek"

  /// How much the fact says about which machine this is: all of them are 100.
  ///
  /// Only the endorsement key cannot be typed in: it alone is ``enough``. What firmware tells was written there by the
  /// maker, and is written again when a board is replaced. A disk and a network card leave with a screwdriver; the
  /// chassis outlives whatever is in it.
  public var weight: Int {
    switch self {
    case .tpmEndorsementKey: 40
    case .productUUID: 20
    case .boardSerial: 15
    case .systemDiskSerial, .nicPermanentAddress: 10
    case .chassisSerial: 5
    }
  }

  /// The weight from which on facts tell one machine from all others: the endorsement key, or two to three of the rest.
  public static let enough = 30

  /// The weight of all facts.
  public static let total = allCases.reduce(0) { $0 + $1.weight }

  /// Orders by the bytes of the names, which is the order in the fingerprint.
  public static func < (left: FactName, right: FactName) -> Bool { left.rawValue < right.rawValue }
}

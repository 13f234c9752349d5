/// What was measured (TCG_EVENTTYPE). Source: TCG PC Client Platform Firmware Profile 1.06, table *Events*.
public struct EventType: RawRepresentable, Sendable, Hashable {
  /// The number in the log.
  public let rawValue: UInt32

  /// The type with that number, known here or not.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `EV_NO_ACTION`: says something about the log; extends no PCR.
  public static let noAction = EventType(rawValue: 0x03)
  /// `EV_SEPARATOR`: the firmware's part of a PCR ends here.
  public static let separator = EventType(rawValue: 0x04)
  /// `EV_ACTION`: a text.
  public static let action = EventType(rawValue: 0x05)
  /// `EV_EVENT_TAG`: a number, a size and data; the kernel's EFI stub measures initrd and load options with it.
  public static let eventTag = EventType(rawValue: 0x06)
  /// `EV_S_CRTM_CONTENTS`.
  public static let crtmContents = EventType(rawValue: 0x07)
  /// `EV_S_CRTM_VERSION`: the firmware's version, UTF-16 or a GUID.
  public static let crtmVersion = EventType(rawValue: 0x08)
  /// `EV_POST_CODE`: a part of the firmware, as a text or an address and a length.
  public static let postCode = EventType(rawValue: 0x01)
  /// `EV_IPL`: what the boot loader measures: files and commands (GRUB), MOK lists (shim).
  public static let ipl = EventType(rawValue: 0x0D)
  /// `EV_EFI_VARIABLE_DRIVER_CONFIG`: a variable that configures Secure Boot: PCR 7.
  public static let variableDriverConfig = EventType(rawValue: 0x8000_0001)
  /// `EV_EFI_VARIABLE_BOOT`: a boot variable: PCR 1.
  public static let variableBoot = EventType(rawValue: 0x8000_0002)
  /// `EV_EFI_BOOT_SERVICES_APPLICATION`: a boot loader or kernel: PCR 4.
  public static let bootServicesApplication = EventType(rawValue: 0x8000_0003)
  /// `EV_EFI_BOOT_SERVICES_DRIVER`.
  public static let bootServicesDriver = EventType(rawValue: 0x8000_0004)
  /// `EV_EFI_RUNTIME_SERVICES_DRIVER`.
  public static let runtimeServicesDriver = EventType(rawValue: 0x8000_0005)
  /// `EV_EFI_GPT_EVENT`: the disk's partition table: PCR 5.
  public static let gpt = EventType(rawValue: 0x8000_0006)
  /// `EV_EFI_ACTION`: a text of the firmware.
  public static let efiAction = EventType(rawValue: 0x8000_0007)
  /// `EV_EFI_PLATFORM_FIRMWARE_BLOB`: an address and a length.
  public static let platformFirmwareBlob = EventType(rawValue: 0x8000_0008)
  /// `EV_EFI_PLATFORM_FIRMWARE_BLOB2`: a description, an address and a length.
  public static let platformFirmwareBlob2 = EventType(rawValue: 0x8000_000A)
  /// `EV_EFI_VARIABLE_BOOT2`: a boot variable, name and all: PCR 1.
  public static let variableBoot2 = EventType(rawValue: 0x8000_000C)
  /// `EV_EFI_GPT_EVENT2`: the disk's partition table: PCR 5.
  public static let gpt2 = EventType(rawValue: 0x8000_000D)
  /// `EV_EFI_VARIABLE_AUTHORITY`: the certificate or hash that allowed an image: PCR 7.
  public static let variableAuthority = EventType(rawValue: 0x8000_00E0)

  /// The type that the specification calls `name` (`EV_IPL`); `nil` where it calls none so.
  public init?(name: String) {
    guard let known = Self.names.first(where: { $0.value == name }) else { return nil }
    self = known.key
  }

  private static let names: [EventType: String] = [
    EventType(rawValue: 0x00): "EV_PREBOOT_CERT", .postCode: "EV_POST_CODE", EventType(rawValue: 0x02): "EV_UNUSED",
    .noAction: "EV_NO_ACTION", .separator: "EV_SEPARATOR", .action: "EV_ACTION", .eventTag: "EV_EVENT_TAG",
    .crtmContents: "EV_S_CRTM_CONTENTS", .crtmVersion: "EV_S_CRTM_VERSION",
    EventType(rawValue: 0x09): "EV_CPU_MICROCODE", EventType(rawValue: 0x0A): "EV_PLATFORM_CONFIG_FLAGS",
    EventType(rawValue: 0x0B): "EV_TABLE_OF_DEVICES", EventType(rawValue: 0x0C): "EV_COMPACT_HASH", .ipl: "EV_IPL",
    EventType(rawValue: 0x0E): "EV_IPL_PARTITION_DATA", EventType(rawValue: 0x0F): "EV_NONHOST_CODE",
    EventType(rawValue: 0x10): "EV_NONHOST_CONFIG", EventType(rawValue: 0x11): "EV_NONHOST_INFO",
    EventType(rawValue: 0x12): "EV_OMIT_BOOT_DEVICE_EVENTS", EventType(rawValue: 0x13): "EV_POST_CODE2",
    .variableDriverConfig: "EV_EFI_VARIABLE_DRIVER_CONFIG", .variableBoot: "EV_EFI_VARIABLE_BOOT",
    .bootServicesApplication: "EV_EFI_BOOT_SERVICES_APPLICATION",
    .bootServicesDriver: "EV_EFI_BOOT_SERVICES_DRIVER", .runtimeServicesDriver: "EV_EFI_RUNTIME_SERVICES_DRIVER",
    .gpt: "EV_EFI_GPT_EVENT", .efiAction: "EV_EFI_ACTION", .platformFirmwareBlob: "EV_EFI_PLATFORM_FIRMWARE_BLOB",
    EventType(rawValue: 0x8000_0009): "EV_EFI_HANDOFF_TABLES",
    .platformFirmwareBlob2: "EV_EFI_PLATFORM_FIRMWARE_BLOB2",
    EventType(rawValue: 0x8000_000B): "EV_EFI_HANDOFF_TABLES2", .variableBoot2: "EV_EFI_VARIABLE_BOOT2",
    .gpt2: "EV_EFI_GPT_EVENT2", EventType(rawValue: 0x8000_0010): "EV_EFI_HCRTM_EVENT",
    .variableAuthority: "EV_EFI_VARIABLE_AUTHORITY",
    EventType(rawValue: 0x8000_00E1): "EV_EFI_SPDM_FIRMWARE_BLOB",
    EventType(rawValue: 0x8000_00E2): "EV_EFI_SPDM_FIRMWARE_CONFIG",
  ]
}

extension EventType: CustomStringConvertible {
  /// The specification's name, or the number in hexadecimal.
  public var description: String { Self.names[self] ?? "0x" + String(rawValue, radix: 16) }
}

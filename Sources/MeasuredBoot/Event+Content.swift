extension Event {
  /// What the event's data are, by its type.
  public enum Content: Sendable, Hashable {
    /// The first event, which lists the banks.
    case specID
    /// The locality that the TPM was started from.
    case startupLocality(UInt8)
    /// A UEFI variable.
    case variable(UEFIVariable)
    /// An image that was loaded; the path is empty where a loader measured it from memory.
    case image(DevicePath)
    /// A text: GRUB's commands and files, an action of the firmware.
    case text(String)
    /// A separator; anything but zeros and ones means an error of the firmware.
    case separator(UInt32)
    /// A part of the firmware.
    case blob(description: String, base: UInt64, length: UInt64)
    /// A partition table with that many partitions.
    case partitions(UInt64)
    /// A tagged event: the kernel's EFI stub's initrd and load options.
    case tagged(UInt32, String)
    /// Bytes that are none of these.
    case bytes
  }

  /// What the event's data are.
  public var content: Content {
    var reader = LittleEndianReader(data)
    switch type {
    case .noAction:
      if data.starts(with: Array("Spec ID Event0".utf8)) { return .specID }
      if data.count == 17, data.starts(with: Array("StartupLocality\0".utf8)) { return .startupLocality(data[16]) }
      return .bytes
    case .variableDriverConfig, .variableBoot, .variableBoot2, .variableAuthority:
      return UEFIVariable(data).map { .variable($0) } ?? .bytes
    case .bootServicesApplication, .bootServicesDriver, .runtimeServicesDriver:
      // UEFI_IMAGE_LOAD_EVENT: location, length and link time address before the path.
      guard reader.bytes(24) != nil, let size = reader.integer(UInt64.self), size <= UInt64(reader.remaining),
        let path = reader.bytes(Int(size))
      else { return .bytes }
      return .image(DevicePath(path))
    case .separator:
      return reader.remaining == 4 ? reader.integer(UInt32.self).map { .separator($0) } ?? .bytes : .bytes
    case .platformFirmwareBlob where data.count == 16, .postCode where data.count == 16 && !isText:
      return blob(&reader, description: "")
    case .platformFirmwareBlob2:
      guard let size = reader.integer(UInt8.self), let words = reader.bytes(Int(size)) else { return .bytes }
      return blob(&reader, description: LogText.shown(words.prefix { $0 != 0 }))
    case .gpt, .gpt2:
      // The header's 92 bytes, then the count.
      guard reader.bytes(92) != nil, let count = reader.integer(UInt64.self) else { return .bytes }
      return .partitions(count)
    case .eventTag:
      guard let tag = reader.integer(UInt32.self), let size = reader.integer(UInt32.self),
        let words = reader.bytes(Int(size))
      else { return .bytes }
      return .tagged(tag, LogText.shown(words.prefix { $0 != 0 }))
    case .crtmVersion: return version
    default: return isText ? .text(String(decoding: textBytes, as: UTF8.self)) : .bytes
    }
  }

  /// The data without the NULs at their end.
  var textBytes: ArraySlice<UInt8> {
    data[..<(data.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0)]
  }

  private var isText: Bool {
    let text = textBytes
    return !text.isEmpty && String(validating: text, as: UTF8.self) != nil
      && text.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
  }

  private func blob(_ reader: inout LittleEndianReader, description: String) -> Content {
    guard let base = reader.integer(UInt64.self), let length = reader.integer(UInt64.self) else { return .bytes }
    return .blob(description: description, base: base, length: length)
  }

  /// EV_S_CRTM_VERSION: UTF-16 text, or a GUID, or something of the vendor's.
  private var version: Content {
    let text = LogText.utf16(data[...])
    let isUTF16 = data.count.isMultiple(of: 2) && !text.isEmpty && text.utf16.count * 2 + 2 >= data.count
    if isUTF16, text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value < 0x7F }) { return .text(text) }
    if let guid = EFIGUID(data[...]) { return .text("\(guid)") }
    return isText ? .text(String(decoding: textBytes, as: UTF8.self)) : .bytes
  }
}

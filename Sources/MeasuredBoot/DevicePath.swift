/// The way to a file or device as UEFI writes it (EFI_DEVICE_PATH_PROTOCOL). Source: UEFI Specification 2.10, 10.
public struct DevicePath: Sendable, Hashable {
  /// The file on the device (`\EFI\fedora\shimx64.efi`); `nil` where the path names none.
  public let file: String?
  /// The partition's GUID; `nil` where the path names no GPT partition.
  public let partition: EFIGUID?
  /// The file inside firmware volumes (`FvFile`); `nil` where the path names none.
  public let firmwareFile: EFIGUID?

  init(_ bytes: ArraySlice<UInt8>) {
    var reader = LittleEndianReader(bytes)
    var names: [String] = []
    var partition: EFIGUID?
    var firmwareFile: EFIGUID?
    while let type = reader.integer(UInt8.self), let subtype = reader.integer(UInt8.self),
      let size = reader.integer(UInt16.self), size >= 4, let node = reader.bytes(Int(size) - 4)
    {
      switch (type, subtype) {
      case (4, 1) where node.count == 38 && node[node.startIndex + 37] == 2:
        partition = EFIGUID(node.dropFirst(20).prefix(16))
      case (4, 4): names.append(LogText.shown(LogText.utf16(node)))
      case (4, 6): firmwareFile = EFIGUID(node)
      default: break
      }
    }
    file = names.isEmpty ? nil : names.joined(separator: "\\")
    self.partition = partition
    self.firmwareFile = firmwareFile
  }

  /// Whether the path has anything that ``description`` can name.
  var isNamed: Bool { file != nil || firmwareFile != nil || partition != nil }
}

extension DevicePath: CustomStringConvertible {
  /// The file, or what else names the place.
  public var description: String {
    file ?? firmwareFile.map { "firmware file \($0)" } ?? partition.map { "partition \($0)" } ?? "no file name"
  }
}

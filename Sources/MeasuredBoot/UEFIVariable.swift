/// A UEFI variable as an event holds it (UEFI_VARIABLE_DATA).
public struct UEFIVariable: Sendable, Hashable {
  /// The variable's vendor.
  public let guid: EFIGUID
  /// Its name (`SecureBoot`, `db`, `Boot0001`).
  public let name: String
  /// Its contents, without attributes.
  public let data: [UInt8]
  /// GUID, sizes and name as the event has them, so that an event of another value can be made.
  private let nameBytes: [UInt8]

  /// The variable in an event's data; `nil` where that is none.
  init?(_ bytes: [UInt8]) {
    var reader = LittleEndianReader(bytes)
    guard let guid = EFIGUID(reader.bytes(16)), let nameSize = reader.integer(UInt64.self),
      let dataSize = reader.integer(UInt64.self), nameSize < 1024, dataSize <= UInt64(bytes.count),
      let name = reader.bytes(Int(nameSize) * 2), let data = reader.bytes(Int(dataSize))
    else { return nil }
    self.guid = guid
    self.name = LogText.shown(LogText.utf16(name))
    self.data = Array(data)
    nameBytes = Array(name)
  }

  /// The event's data for the same variable with other contents.
  func structure(with data: [UInt8]) -> [UInt8] {
    func bytes(_ value: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    return guid.bytes + bytes(nameBytes.count / 2) + bytes(data.count) + nameBytes + data
  }
}

extension UEFIVariable {
  /// Name and contents in words; `type` tells what the contents are.
  func words(of type: EventType) -> String {
    type == .variableAuthority ? "\(name): \(authority)" : name + contents
  }

  private var contents: String {
    switch name {
    case "PK", "KEK", "db", "dbx", "dbt", "dbr", "MokList", "MokListX":
      return data.isEmpty ? ": empty" : ": " + (SignatureDatabase(data)?.description ?? "\(data.count) bytes")
    case "BootOrder": return ": " + bootOrder
    case _ where data.count == 1: return "=\(data[0])"
    case _ where name.hasPrefix("Boot") && name.utf8.count == 8: return ": " + (bootOption ?? "\(data.count) bytes")
    default: return data.isEmpty ? ": empty" : ": \(data.count) bytes"
    }
  }

  /// An authority event's data is the one entry that allowed an image, or shim's own variable.
  private var authority: String {
    if name == "SbatLevel" { return LogText.shown(data) }
    if data.count == 1 { return "\(data[0])" }
    // EFI_SIGNATURE_DATA: the owner, then the certificate or hash; shim leaves the owner out.
    for (certificate, owner) in [(data[...], nil), (data.dropFirst(16), EFIGUID(data.prefix(16)))] {
      let words = owner.map { " of \($0.name ?? "owner \($0)")" } ?? ""
      if certificate.starts(with: [0x30, 0x82]) { return "a certificate of \(certificate.count) bytes" + words }
      if owner != nil, certificate.count == 32 { return "a SHA-256 hash" + words }
    }
    return "\(data.count) bytes"
  }

  private var bootOrder: String {
    stride(from: 0, to: data.count - 1, by: 2).map { index in
      let digits = String(UInt16(data[index]) | UInt16(data[index + 1]) << 8, radix: 16, uppercase: true)
      return String(repeating: "0", count: 4 - digits.count) + digits
    }.joined(separator: ",")
  }

  /// EFI_LOAD_OPTION.
  private var bootOption: String? {
    var reader = LittleEndianReader(data)
    guard reader.integer(UInt32.self) != nil, let size = reader.integer(UInt16.self) else { return nil }
    let rest = reader.rest()
    let description = LogText.utf16(rest)
    let used = (description.utf16.count + 1) * 2
    guard used + Int(size) <= rest.count else { return nil }
    let path = DevicePath(rest.dropFirst(used).prefix(Int(size)))
    let words = LogText.shown(description)
    return path.isNamed ? "\(words) (\(path))" : words
  }
}

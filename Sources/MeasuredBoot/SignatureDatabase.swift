/// What a signature database (`PK`, `KEK`, `db`, `dbx`) holds, counted. Source: UEFI Specification 2.10, 32.4.1
/// (EFI_SIGNATURE_LIST).
public struct SignatureDatabase: Sendable, Hashable {
  /// How many X.509 certificates.
  public private(set) var certificates = 0
  /// How many SHA-256 hashes.
  public private(set) var hashes = 0
  /// How many entries of other kinds.
  public private(set) var others = 0

  /// The lists that `bytes` are; `nil` where they are not.
  init?(_ bytes: [UInt8]) {
    var reader = LittleEndianReader(bytes)
    while reader.remaining > 0 {
      guard let type = EFIGUID(reader.bytes(16)), let listSize = reader.integer(UInt32.self),
        let headerSize = reader.integer(UInt32.self), let size = reader.integer(UInt32.self), size > 0,
        UInt64(listSize) >= 28 + UInt64(headerSize), let body = reader.bytes(Int(listSize) - 28)
      else { return nil }
      let entries = (body.count - Int(headerSize)) / Int(size)
      switch type.name {
      case "X.509": certificates += entries
      case "SHA-256": hashes += entries
      default: others += entries
      }
    }
  }
}

extension SignatureDatabase: CustomStringConvertible {
  /// The counts in words.
  public var description: String {
    let parts = [
      (certificates, "certificate", "certificates"), (hashes, "hash", "hashes"), (others, "other", "others"),
    ]
    let words = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.0 == 1 ? $0.1 : $0.2)" }
    return words.isEmpty ? "empty" : words.joined(separator: ", ")
  }
}

/// A GUID as UEFI stores it (EFI_GUID): the first three fields little endian. Source: UEFI Specification 2.10, appendix A.
public struct EFIGUID: Sendable, Hashable {
  /// The 16 bytes in the order that they are stored in.
  public let bytes: [UInt8]

  /// The GUID that 16 bytes are; `nil` for another number of them.
  init?(_ bytes: ArraySlice<UInt8>?) {
    guard let bytes, bytes.count == 16 else { return nil }
    self.bytes = Array(bytes)
  }

  private static let names = [
    "8be4df61-93ca-11d2-aa0d-00e098032b8c": "EFI global variables",
    "d719b2cb-3d3a-4596-a3bc-dad00e67656f": "EFI image security database",
    "77fa9abd-0359-4d32-bd60-28f4e78f784b": "Microsoft",
    "605dab50-e046-4300-abb6-3dd810dd8b23": "shim",
    "a5c059a1-94e4-4aa7-87b5-ab155c2bf072": "X.509",
    "c1c41626-504c-4092-aca9-41f936934328": "SHA-256",
  ]

  /// What the GUID stands for where that is known here.
  public var name: String? { Self.names[description] }
}

extension EFIGUID: CustomStringConvertible {
  /// The usual text, lower case.
  public var description: String {
    let order = [3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15]
    return order.reduce(into: "") { text, index in
      guard index >= 0 else { return text += "-" }
      let digits = String(bytes[index], radix: 16)
      text += digits.count == 1 ? "0" + digits : digits
    }
  }
}

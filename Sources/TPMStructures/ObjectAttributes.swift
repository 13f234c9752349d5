/// What an object may do and how it may leave its TPM (TPMA_OBJECT). Source: TPM 2.0 part 2, 8.3.
public struct ObjectAttributes: OptionSet, Sendable, Hashable {
  /// The bits on the wire; reserved ones are kept, since they count in the object's name.
  public let rawValue: UInt32

  /// The attributes with those bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The hierarchy of the object may not change.
  public static let fixedTPM = ObjectAttributes(rawValue: 1 << 1)
  /// Saved contexts die with a TPM reset.
  public static let stClear = ObjectAttributes(rawValue: 1 << 2)
  /// The parent of the object may not change.
  public static let fixedParent = ObjectAttributes(rawValue: 1 << 4)
  /// The TPM made the sensitive data itself.
  public static let sensitiveDataOrigin = ObjectAttributes(rawValue: 1 << 5)
  /// The authorization value alone suffices for the USER role; without it only a policy does.
  public static let userWithAuth = ObjectAttributes(rawValue: 1 << 6)
  /// The ADMIN role needs a policy.
  public static let adminWithPolicy = ObjectAttributes(rawValue: 1 << 7)
  /// Not subject to dictionary-attack lockout.
  public static let noDA = ObjectAttributes(rawValue: 1 << 10)
  /// Duplication needs an inner wrapper and a new parent.
  public static let encryptedDuplication = ObjectAttributes(rawValue: 1 << 11)
  /// Works only on structures of known format.
  public static let restricted = ObjectAttributes(rawValue: 1 << 16)
  /// The private part may decrypt.
  public static let decrypt = ObjectAttributes(rawValue: 1 << 17)
  /// The private part may sign, or encrypt for a symmetric cipher.
  public static let signEncrypt = ObjectAttributes(rawValue: 1 << 18)
  /// Signs with TPM2_CertifyX509 only.
  public static let x509Sign = ObjectAttributes(rawValue: 1 << 19)
}

extension ObjectAttributes: CustomStringConvertible {
  private static let names: [(ObjectAttributes, String)] = [
    (.fixedTPM, "fixedtpm"), (.stClear, "stclear"), (.fixedParent, "fixedparent"),
    (.sensitiveDataOrigin, "sensitivedataorigin"), (.userWithAuth, "userwithauth"),
    (.adminWithPolicy, "adminwithpolicy"), (.noDA, "noda"), (.encryptedDuplication, "encryptedduplication"),
    (.restricted, "restricted"), (.decrypt, "decrypt"), (.signEncrypt, "sign"), (.x509Sign, "x509sign"),
  ]

  /// The names that tpm2-tools prints, joined by `|`; bits without a name in hexadecimal.
  public var description: String {
    var words = Self.names.filter { contains($0.0) }.map(\.1)
    let unnamed = Self.names.reduce(into: self) { $0.subtract($1.0) }
    if !unnamed.isEmpty { words.append("0x" + String(unnamed.rawValue, radix: 16)) }
    return words.joined(separator: "|")
  }
}

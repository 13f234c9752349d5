import SwiftASN1
public import X509

extension Certificate {
  /// The public key's SubjectPublicKeyInfo in DER, whole: X509's own `subjectPublicKeyInfoBytes` are the key's bits
  /// alone. Empty where the key cannot be written, which equals no key.
  public var publicKeyInfo: [UInt8] {
    var serializer = DER.Serializer()
    do { try serializer.serialize(publicKey) } catch { return [] }
    return serializer.serializedBytes
  }
}

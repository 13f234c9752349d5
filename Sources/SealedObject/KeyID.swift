import BaseEncodings
import Crypto
public import SecretMemory
import TPMStructures

/// Which secret a sealed object holds, without telling it: SHA-256 of a label and what TPM2_Unseal gives back.
///
/// The secret must not be guessable (it is a random key); a password's key id could be searched for.
public struct KeyID: Sendable, Hashable {
  /// The 32 bytes.
  public let bytes: [UInt8]

  /// The key id of `secret`.
  public init(of secret: SecretBytes) {
    var hash = SHA256()
    hash.update(data: Array("ll-tpm key id v1\0".utf8))
    secret.withUnsafeBytes { hash.update(bufferPointer: $0) }
    bytes = Array(hash.finalize())
  }

  /// The key id that 64 lower-case hexadecimal digits spell; `nil` where `text` is anything else.
  public init?(_ text: String) {
    guard let bytes = Hexadecimal.bytes(text), bytes.count == 32, Hexadecimal.text(bytes) == text else { return nil }
    self.bytes = bytes
  }
}

extension KeyID: CustomStringConvertible {
  /// 64 hexadecimal digits.
  public var description: String { Hexadecimal.text(bytes) }
}

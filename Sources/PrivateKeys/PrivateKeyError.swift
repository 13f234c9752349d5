public import SecretMemory

/// Why a private key cannot be made, read or written. No case carries a byte of a key or of a passphrase.
public enum PrivateKeyError: Error, Sendable, Hashable {
  /// No block of PEM that holds a private key, or one that is not well formed; the words say which.
  case pem(String)
  /// Not the DER of a private key; the words say where it differs.
  case der(String)
  /// A private key of a kind that is not used here; the words name the kind.
  case kind(String)
  /// The public key in the file is not the private key's: the file is damaged, or was put together by hand.
  case foreignPublicKey
  /// The key is encrypted and no passphrase was given.
  case encrypted
  /// The key is not encrypted, though a passphrase was given.
  case notEncrypted
  /// An encryption that is not read here; the words name it.
  case encryption(String)
  /// An iteration count, or a scrypt cost, outside of the bounds; the words say which bounds.
  case cost(String)
  /// A passphrase without a character.
  case emptyPassphrase
  /// The passphrase does not open the key: another passphrase, or changed bytes.
  case passphrase
  /// The cryptographic library refused; never seen with sound input.
  case cryptography(String)
  /// No locked memory.
  case memory(SecretMemoryError)
}

extension PrivateKeyError: CustomStringConvertible {
  /// The refusal in one line.
  public var description: String {
    switch self {
    case .pem(let words): "not a private key in PEM: \(words)"
    case .der(let words): "not a private key in PKCS #8 or SEC 1: \(words)"
    case .kind(let words): "\(words); P-256 and P-384 keys are read"
    case .foreignPublicKey: "the public key in the file is not the private key's: the file is damaged"
    case .encrypted: "the private key is encrypted: its passphrase is needed"
    case .notEncrypted: "the private key is not encrypted: there is no ENCRYPTED PRIVATE KEY block"
    case .encryption(let words): "the private key's encryption cannot be read: \(words)"
    case .cost(let words): "the private key's passphrase would cost too much or too little to try: \(words)"
    case .emptyPassphrase: "the passphrase is empty"
    case .passphrase: "the passphrase is wrong, or the file is damaged"
    case .cryptography(let words): "the cryptographic library refused: \(words)"
    case .memory(let error): "\(error)"
    }
  }
}

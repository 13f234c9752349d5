public import SecretMemory

/// Why an age file, a recipient or an identity is refused. No case carries a byte of a secret.
public enum AgeError: Error, Sendable, Hashable {
  /// Neither an age file nor an armored one.
  case notAge
  /// The armor around the file is not the strict one; the words say what differs.
  case armor(String)
  /// A header that the format does not allow: the line, counted from 1, and what is wrong there.
  case header(line: Int, String)
  /// A version, recipient or cost of the format that is not read here; the words name it.
  case unsupported(String)
  /// No stanza opens with the given keys: a wrong passphrase, or identities of other recipients.
  case noKeyFits
  /// A key opened its stanza, but the header is not the one that was written.
  case headerMAC
  /// The payload was changed.
  case payloadDamaged
  /// The payload ends before its last chunk.
  case payloadCutShort
  /// Not a recipient; the words say why.
  case recipient(String)
  /// A line of an identity file, counted from 1, that is no identity; the words say why.
  case identity(line: Int, String)
  /// An identity file without an identity.
  case noIdentity
  /// Nobody to encrypt to.
  case noRecipient
  /// A passphrase without a character.
  case emptyPassphrase
  /// A passphrase where an identity is meant.
  case notAnIdentity
  /// A logarithm of scrypt's work factor outside of 1 to 22.
  case workFactor(Int)
  /// The cryptographic library refused; never seen with sound input.
  case cryptography(String)
  /// No locked memory.
  case memory(SecretMemoryError)
}

extension AgeError: CustomStringConvertible {
  /// The refusal in one line.
  public var description: String {
    switch self {
    case .notAge: "not an age file: it does not begin with age-encryption.org/v1 or its armor"
    case .armor(let words): "the age file's armor is damaged: \(words)"
    case .header(let line, let words): "the age file's header is malformed: line \(line): \(words)"
    case .unsupported(let words): "not supported: \(words)"
    case .noKeyFits: "no key opens the age file: the passphrase is wrong, or it is encrypted to other recipients"
    case .headerMAC: "the age file's header was changed (its MAC does not match)"
    case .payloadDamaged: "the age file's payload is damaged"
    case .payloadCutShort: "the age file is cut short"
    case .recipient(let words): "not an age recipient: \(words)"
    case .identity(let line, let words): "line \(line) of the identity file is not an age identity: \(words)"
    case .noIdentity: "the identity file holds no AGE-SECRET-KEY-1 line"
    case .noRecipient: "there is no recipient to encrypt to"
    case .emptyPassphrase: "the passphrase is empty"
    case .notAnIdentity: "a passphrase is not an age identity"
    case .workFactor(let factor): "scrypt's work factor is 1 to 22, not \(factor)"
    case .cryptography(let words): "the cryptographic library refused: \(words)"
    case .memory(let error): "\(error)"
    }
  }
}

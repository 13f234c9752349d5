import Crypto
public import SecretMemory

/// Files of the age format, version 1, that age, rage and their kin read and write. Source: c2sp.org/age.
public enum AgeFile {
  /// The binary file that each of `recipients` can open. ``AgeError/noRecipient`` where there are none.
  public static func encrypt(_ plaintext: SecretBytes, to recipients: [AgeRecipient]) throws(AgeError) -> [UInt8] {
    guard !recipients.isEmpty else { throw .noRecipient }
    let fileKey = FileKeyWrap.makeFileKey()
    var stanzas: [AgeStanza] = []
    for case .x25519(let point) in recipients { stanzas.append(try X25519Stanza.wrap(fileKey, for: point)) }
    return try encrypt(plaintext, fileKey, stanzas)
  }

  /// The binary file that `passphrase` opens. `workFactor` is the logarithm to base 2 of scrypt's N, 1 to 22; each step up
  /// doubles time and memory, and 18 takes 256 MiB.
  public static func encrypt(
    _ plaintext: SecretBytes, passphrase: SecretBytes, workFactor: Int = 18
  ) throws(AgeError) -> [UInt8] {
    let fileKey = FileKeyWrap.makeFileKey()
    let stanza = try ScryptStanza.wrap(fileKey, passphrase: passphrase, workFactor: workFactor)
    return try encrypt(plaintext, fileKey, [stanza])
  }

  /// The whole plaintext of `file`, binary or armored, that one of `keys` opens. Nothing of it is handed out before all of
  /// it has been authenticated.
  public static func decrypt(_ file: [UInt8], with keys: [AgeKey]) throws(AgeError) -> SecretBytes {
    let file = try AgeArmor.file(in: file) ?? file
    let header = try AgeHeader(parsing: file)
    let fileKey = try fileKey(in: header, keys)
    guard header.isAuthentic(fileKey) else { throw .headerMAC }
    return try AgePayload.open(file[header.length...], with: fileKey)
  }

  /// The armored form of a binary file: ASCII text.
  public static func armored(_ file: [UInt8]) -> [UInt8] { AgeArmor.text(file) }

  private static func encrypt(
    _ plaintext: SecretBytes, _ fileKey: SymmetricKey, _ stanzas: [AgeStanza]
  ) throws(AgeError) -> [UInt8] {
    AgeHeader(stanzas, fileKey: fileKey).bytes + (try AgePayload.seal(plaintext, with: fileKey))
  }

  private static func fileKey(in header: AgeHeader, _ keys: [AgeKey]) throws(AgeError) -> SymmetricKey {
    var x25519: [X25519Stanza] = []
    var scrypt: [ScryptStanza] = []
    for stanza in header.stanzas {
      if let stanza = try X25519Stanza(stanza) { x25519.append(stanza) }
      if stanza.type == ScryptStanza.type, header.stanzas.count > 1 {
        throw .header(line: stanza.line, "a stanza of scrypt is not alone")
      }
      if let stanza = try ScryptStanza(stanza) { scrypt.append(stanza) }
    }
    for key in keys {
      switch key {
      case .identity(let secret):
        for stanza in x25519 { if let fileKey = try stanza.fileKey(secret) { return fileKey } }
      case .passphrase(let passphrase):
        for stanza in scrypt { if let fileKey = try stanza.fileKey(passphrase) { return fileKey } }
      }
    }
    throw .noKeyFits
  }
}

public import Age
import BootImage
public import SecretMemory

/// What opens the desk's file.
public enum DeskLock: Sendable {
  /// A passphrase (scrypt).
  case passphrase(SecretBytes)
  /// age identities; the file is written for the recipients that are named inside.
  case identities([AgeKey])

  /// The fewest characters of a passphrase: it guards a cluster for years.
  public static let shortestPassphrase = 12

  /// Refuses what would lock everybody out, or nobody.
  func check(_ recipients: [AgeRecipient]) throws(DeskError) {
    switch self {
    case .passphrase(let passphrase):
      guard recipients.isEmpty else { throw .refused("the desk's secrets have either a passphrase or recipients") }
      guard passphrase.count >= Self.shortestPassphrase else {
        throw .refused("the passphrase has fewer than \(Self.shortestPassphrase) characters")
      }
    case .identities(let keys):
      guard keys.contains(where: { key in key.recipient.map(recipients.contains) ?? false }) else {
        throw .refused("none of the identities belongs to one of the recipients: nobody here could open the desk")
      }
    }
  }

  /// The secrets in the encrypted `file`, which belongs to `cluster`.
  func open(_ file: [UInt8], cluster: String) throws(DeskError) -> DeskSecrets {
    let keys: [AgeKey] =
      switch self {
      case .passphrase(let passphrase): [.passphrase(passphrase)]
      case .identities(let identities): identities
      }
    let plaintext = try DeskError.refusing("the desk's secrets") { () throws(AgeError) in
      try AgeFile.decrypt(file, with: keys)
    }
    let secrets = try DeskSecrets(reading: plaintext)
    guard secrets.cluster == cluster else {
      throw .refused("the desk's secrets are those of the cluster '\(secrets.cluster)', not of '\(cluster)'")
    }
    return secrets
  }

  /// The encrypted file of `secrets`.
  func close(_ secrets: DeskSecrets) throws(DeskError) -> [UInt8] {
    let plaintext = try secrets.plaintext()
    return try DeskError.refusing("the desk's secrets") { () throws(AgeError) in
      if !secrets.recipients.isEmpty { return try AgeFile.encrypt(plaintext, to: secrets.recipients) }
      guard case .passphrase(let passphrase) = self else {
        throw AgeError.noRecipient
      }
      return try AgeFile.encrypt(plaintext, passphrase: passphrase)
    }
  }
}

import SecretMemory

/// One share of a secret after SLIP-0039, "Shamir's Secret-Sharing for Mnemonic Codes": as many as the threshold
/// recover the secret, fewer tell nothing about it.
///
/// Other implementations of the standard recover the secret too: with an empty passphrase.
public struct RecoveryShare: Sendable, Equatable {
  /// What all shares of a set have in common and no other set is likely to: 15 bits, drawn at random.
  public let identifier: Int
  /// Which share of its set it is, from 1. The standard counts from 0.
  public let index: Int
  /// How many shares of the set recover the secret: 2 to 16, or 1 where another tool wrapped a secret alone.
  public let threshold: Int

  /// Whether the identifier is left out of the encryption, so that a secret can be split again under the same
  /// passphrase. Always so in shares that are made here.
  let isExtendable: Bool
  /// The cost of the passphrase, 0 to 15: each step doubles it.
  let iterationExponent: Int
  /// The group's index, from 0.
  let groupIndex: Int
  /// How many groups are needed.
  let groupThreshold: Int
  /// How many groups there are; 1 in shares that are made here.
  let groupCount: Int
  /// The values of the polynomials.
  let value: SecretBytes

  /// The shortest secret that SLIP-39 allows, in bytes.
  static let shortestSecret = 16
  /// How many shares and how many groups there can be.
  static let limit = 16

  var point: SharePoint { SharePoint(x: UInt8(truncatingIfNeeded: index - 1), values: value) }
}

public import SecretMemory

extension RecoveryShare {
  /// Splits `secret`, an even number of bytes and at least 16, into `shares` shares (2 to 16), any `threshold` of which
  /// (2 to `shares`) recover it: one group, the extendable flag, an empty passphrase, iteration exponent 1.
  ///
  /// Each call draws a new identifier and new polynomials: shares of two calls do not go together.
  public static func split(
    _ secret: SecretBytes, shares: Int, threshold: Int
  ) throws(RecoveryError) -> [RecoveryShare] {
    guard (2...limit).contains(shares), (2...shares).contains(threshold) else {
      throw .split(shares: shares, threshold: threshold)
    }
    guard secret.count >= shortestSecret, secret.count % 2 == 0 else { throw .secretLength(secret.count) }
    let exponent = 1
    let cipher = MasterSecretCipher(
      iterationExponent: exponent, identifier: nil, passphrase: try SecretBytes.filled(count: 0) { _ in })
    let identifier = Int.random(in: 0..<(1 << 15))
    return try SharedSecret.points(hiding: cipher.encrypted(secret), count: shares, threshold: threshold).map {
      RecoveryShare(
        identifier: identifier, index: Int($0.x) + 1, threshold: threshold, isExtendable: true,
        iterationExponent: exponent, groupIndex: 0, groupThreshold: 1, groupCount: 1, value: $0.values)
    }
  }
}

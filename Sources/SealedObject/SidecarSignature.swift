/// What vouches for a sidecar.
public enum SidecarSignature: Sendable, Hashable {
  /// The release key's ECDSA signature, r and s of 32 bytes each.
  case releaseKey([UInt8])
  /// An HMAC-SHA-256 by a key derived from the secret itself: checked once the secret is there, before anything is written.
  case secret([UInt8])

  /// As the file names it.
  public var algorithm: String {
    switch self {
    case .releaseKey: "ecdsa-p256-sha256"
    case .secret: "hmac-sha256"
    }
  }

  /// The signature's or code's bytes.
  public var value: [UInt8] {
    switch self {
    case .releaseKey(let value), .secret(let value): value
    }
  }

  init?(algorithm: String, value: [UInt8]) {
    switch (algorithm, value.count) {
    case ("ecdsa-p256-sha256", 64): self = .releaseKey(value)
    case ("hmac-sha256", 32): self = .secret(value)
    default: return nil
    }
  }
}

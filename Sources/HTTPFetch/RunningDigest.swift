import Crypto

/// A hash that grows with the bytes as they arrive.
struct RunningDigest {
  private enum State {
    case sha256(SHA256)
    case sha512(SHA512)
  }

  private var state: State

  init(_ algorithm: ContentDigest.Algorithm) {
    switch algorithm {
    case .sha256: state = .sha256(SHA256())
    case .sha512: state = .sha512(SHA512())
    }
  }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    switch state {
    case .sha256(var hash):
      hash.update(bufferPointer: bytes)
      state = .sha256(hash)
    case .sha512(var hash):
      hash.update(bufferPointer: bytes)
      state = .sha512(hash)
    }
  }

  /// The digest of everything so far; more may follow.
  var digest: ContentDigest {
    switch state {
    case .sha256(let hash): ContentDigest(.sha256, bytes: Array(hash.finalize()))
    case .sha512(let hash): ContentDigest(.sha512, bytes: Array(hash.finalize()))
    }
  }
}

extension ContentDigest {
  /// The digest of `bytes`.
  public static func of(_ bytes: [UInt8], _ algorithm: Algorithm) -> ContentDigest {
    var running = RunningDigest(algorithm)
    bytes.withUnsafeBytes { running.update($0) }
    return running.digest
  }
}

public import NIOSSL

/// A client certificate and its key, for the login by certificate. The key may be one that never leaves a TPM.
public struct ClientIdentity: Sendable {
  /// The leaf first, then what signed it.
  public var chain: [NIOSSLCertificateSource]
  /// The leaf's key.
  public var key: NIOSSLPrivateKeySource

  /// An identity.
  public init(chain: [NIOSSLCertificateSource], key: NIOSSLPrivateKeySource) {
    self.chain = chain
    self.key = key
  }
}

public import NIOCore
public import NIOSSL

extension NodeKey: NIOSSLCustomPrivateKey {
  /// ECDSA with SHA-256 on P-256.
  public var signatureAlgorithms: [SignatureAlgorithm] { [.ecdsaSecp256R1Sha256] }

  /// Signs a handshake. The event loop does not wait: the TPM has a thread of its own.
  public func sign(
    channel: any Channel, algorithm: SignatureAlgorithm, data: ByteBuffer
  ) -> EventLoopFuture<ByteBuffer> {
    guard algorithm == .ecdsaSecp256R1Sha256 else {
      return channel.eventLoop.makeFailedFuture(
        NodeIdentityError.cryptography("the node's key does not sign by \(algorithm)"))
    }
    let promise = channel.eventLoop.makePromise(of: ByteBuffer.self)
    let bytes = Array(data.readableBytesView)
    promise.completeWithTask { ByteBuffer(bytes: try await signature(for: bytes)) }
    return promise.futureResult
  }

  /// Always fails: only RSA keys decrypt in TLS.
  public func decrypt(channel: any Channel, data: ByteBuffer) -> EventLoopFuture<ByteBuffer> {
    channel.eventLoop.makeFailedFuture(NodeIdentityError.cryptography("the node's key decrypts nothing"))
  }
}

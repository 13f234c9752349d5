import NIOSSL

/// When a certificate is valid.
public struct CertificateLifetime: Sendable, Hashable {
  /// From when, in seconds since 1970, UTC.
  public var notBefore: Int64
  /// Until when, in seconds since 1970, UTC.
  public var notAfter: Int64

  /// A lifetime.
  public init(notBefore: Int64, notAfter: Int64) {
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  init(_ certificate: NIOSSLCertificate) {
    self.init(notBefore: Int64(certificate.notValidBefore), notAfter: Int64(certificate.notValidAfter))
  }
}

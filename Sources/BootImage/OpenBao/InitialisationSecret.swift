public import PKI

/// A file that self-initialisation stores in OpenBao. The TPM of the initialising master releases it to the tmpfs, and no
/// other master ever has it.
public enum InitialisationSecret: String, Sendable, Hashable, CaseIterable {
  /// The issuer `kubernetes`: its certificate, its private key and the certificates above it.
  case kubernetes = "issuer-kubernetes.pem"
  /// The issuer `etcd`.
  case etcd = "issuer-etcd.pem"
  /// The issuer `front-proxy`.
  case frontProxy = "issuer-front-proxy.pem"
  /// The issuer `platform`.
  case platform = "issuer-platform.pem"
  /// The issuer `bootstrap`.
  case bootstrap = "issuer-bootstrap.pem"
  /// The private key of service-account tokens, PEM.
  case serviceAccountKey = "service-account.key"
  /// Its public key, PEM.
  case serviceAccountPublicKey = "service-account.pub"
  /// The key of Secrets in etcd: 32 bytes in base64, since a value of `kv` is text.
  case etcdEncryptionKey = "etcd-encryption.key"

  /// The bundle of `issuer`.
  public init(_ issuer: Issuer) {
    self =
      switch issuer {
      case .kubernetes: .kubernetes
      case .etcd: .etcd
      case .frontProxy: .frontProxy
      case .platform: .platform
      case .bootstrap: .bootstrap
      }
  }

  /// The released file. Its name is the raw value.
  var path: String { "\(OpenBaoPaths.released)/\(rawValue)" }
}

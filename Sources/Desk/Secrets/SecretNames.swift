/// How the secrets of a cluster are called in the desk's file.
enum SecretName {
  /// The static seal's key.
  static let sealKey = "static-seal.key"
  /// The key that it had before, during a rotation.
  static let previousSealKey = "static-seal-previous.key"
  /// A static seal's key of before, which backups of its time need.
  static func retired(_ id: String) -> String { "retired/static-seal-\(id).key" }
  /// The private key of service-account tokens.
  static let serviceAccount = "service-account.key"
  /// The key of Secrets in etcd.
  static let etcdEncryption = "etcd-encryption.key"
  /// The release key, which approves boots and signs what is sealed.
  static let releaseKey = "release.key"

  /// The private key of a certificate.
  static func key(of subject: CertificateSubject) -> String { "certificate/\(subject.name).key" }
}

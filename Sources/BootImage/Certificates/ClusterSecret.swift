/// A secret of the whole cluster, made once on the desk, kept in OpenBao's `kv` engine, which only masters read.
enum ClusterSecret: String, Sendable, Hashable, CaseIterable {
  /// The key pair that signs and verifies service-account tokens.
  case serviceAccount = "service-account"
  /// The key with which the API server encrypts Secrets in etcd.
  case etcdEncryption = "etcd-encryption"

  /// The path of the `kv` engine (version 2).
  static let mount = "kv"

  /// The path at which it is read and written.
  var apiPath: String { "\(Self.mount)/data/\(rawValue)" }

  /// Its fields with the files of the initialising master that they are taken from.
  var fields: [Field] {
    switch self {
    case .serviceAccount:
      [
        Field(name: "private_key", source: .serviceAccountKey),
        Field(name: "public_key", source: .serviceAccountPublicKey),
      ]
    case .etcdEncryption:
      [Field(name: "secretbox", source: .etcdEncryptionKey)]
    }
  }

  /// The files that the agent makes of it on every master.
  var files: [File] {
    switch self {
    case .serviceAccount:
      [
        File(name: "sa.key", field: "private_key", users: ["kube-apiserver", "kube-controller-manager"]),
        File(name: "sa.pub", field: "public_key", users: ["kube-apiserver"]),
      ]
    case .etcdEncryption:
      [File(name: "encryption.yaml", field: "secretbox", users: ["kube-apiserver"])]
    }
  }

  /// A field of the secret.
  struct Field: Sendable, Hashable {
    /// Its key in `kv`.
    var name: String
    /// The file that self-initialisation reads it from.
    var source: InitialisationSecret
  }

  /// A file on every master.
  struct File: Sendable, Hashable {
    /// Its name in `/etc/kubernetes/pki`.
    var name: String
    /// The field it holds.
    var field: String
    /// The programs that read it.
    var users: [String]

    /// The whole path, mode 0600.
    var path: String { "\(OpenBaoPaths.certificates)/\(name)" }
  }
}

/// Where a cluster's desk keeps what: beside the cluster file, unless told otherwise.
public struct DeskPaths: Sendable, Hashable {
  /// The desk's folder.
  public let folder: String
  /// The root's private key, encrypted: often a removable medium.
  public let rootKey: String

  /// The desk in `folder`; `rootKey` where the root's key lies elsewhere.
  public init(folder: String, rootKey: String? = nil) {
    self.folder = folder
    self.rootKey = rootKey ?? "\(folder)/secrets/root.key.pem"
  }

  /// The folder that never leaves the desk, and never goes into git.
  public var secretFolder: String { "\(folder)/secrets" }
  /// Every secret of the cluster but the root's key, in one encrypted file.
  public var secrets: String { "\(folder)/secrets/desk.age" }
  /// Certificates, anchors and revocation lists, all public.
  public var certificates: String { "\(folder)/pki" }
  /// What is known of the certificates.
  public var certificateRecord: String { "\(folder)/pki/manifest.json" }
  /// What is sealed, public too.
  public var sealed: String { "\(folder)/sealed" }
  /// What is known of what is sealed.
  public var sealedRecord: String { "\(folder)/sealed/manifest.json" }
  /// What the nodes told of their TPMs.
  public var identities: String { "\(folder)/identities" }

  /// The identity of a node.
  public func identity(of node: String) -> String { "\(identities)/\(node).json" }
}

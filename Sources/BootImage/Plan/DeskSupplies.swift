public import PKI

/// What the desk has made for the nodes of a cluster, as far as a build needs it: nothing in it is secret, but in a lab.
public struct DeskSupplies: Sendable {
  /// The issuers' anchors (PEM texts).
  public var anchors: [Issuer: String] = [:]
  /// The id of the static seal's key: a hash of the key. `nil` until there is one.
  public var sealKeyID: String?
  /// The id of the key that the seal had before; `nil` but during a rotation.
  public var previousSealKeyID: String?
  /// The release key (PEM text of its public half) that sidecars are signed by; nodes accept no other.
  public var releaseKey: String?
  /// The bundles of every node, by its name.
  public var bundles: [String: [SecretBundle: Form]] = [:]
  /// Why a node has no bundle, by its name: what to do about it.
  public var faults: [String: String] = [:]
  /// What somebody should look at though a node boots, by its name.
  public var notes: [String: String] = [:]
  /// Whether there is a desk at all. Without one a build only shows what the nodes would get.
  public var isThere = false
  /// Whether everything is a stand-in for a lab: secrets in plain text, in the configs, worth nothing.
  public var isLab = false

  /// How a bundle reaches its node.
  public enum Form: Sendable, Hashable {
    /// A sealed file with its sidecar, both texts.
    case sealed(file: String, sidecar: String)
    /// INSECURE: the secrets themselves, texts by name, in a lab.
    case insecure([String: String])
  }

  /// No desk.
  public init() {}

  /// What to do about the node `name` where there is no desk yet.
  static func noDesk(_ name: String) -> String {
    "has no identity and no sealed secrets, so its config does not boot: `ll-bootimage pki init`, `ll-tpm identity` on the "
      + "node into identities/\(name).json, `ll-bootimage seal`, or --lab for an insecure stand-in"
  }
}

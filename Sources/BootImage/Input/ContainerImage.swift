/// A container image by digest. The tag is for people: what runs is what the digest says.
public struct ContainerImage: Sendable, Hashable {
  /// The registry's host, with port where there is one: `quay.io`.
  public var registry: String
  /// The repository inside the registry: `openbao/openbao`.
  public var repository: String
  /// The tag it was found under; `nil` where the reference had none.
  public var tag: String?
  /// `sha256:` and 64 lower-case hexadecimal digits.
  public var digest: String

  /// `registry/repository@digest`: podman refuses a reference with both a tag and a digest in some releases, and every
  /// runtime takes this one.
  public var reference: String { "\(registry)/\(repository)@\(digest)" }
}

/// A file on the network with the hash that it must have.
public struct RemoteFile: Sendable, Hashable {
  /// Its address, `https://…` (`http://` only where the hash makes up for it).
  public var url: String
  /// Its SHA-256 or SHA-512.
  public var hash: Hash

  /// A hash as Ignition writes it.
  public struct Hash: Sendable, Hashable {
    /// The function.
    public var function: Function
    /// Lower-case hexadecimal digits: 64 or 128.
    public var hex: String

    /// The hash functions that Ignition verifies.
    public enum Function: String, Sendable, Hashable, CaseIterable { case sha256, sha512 }

    /// `sha256-<hex>`, Ignition's `verification.hash`.
    public var ignition: String { "\(function.rawValue)-\(hex)" }
  }
}

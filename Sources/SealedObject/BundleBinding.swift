/// What a sealed bundle is bound to: it opens for nobody else.
public struct BundleBinding: Sendable, Hashable {
  /// The cluster's name; empty under ``SealingPolicy/tpmOnly`` where none is given.
  public var cluster: String
  /// The node's name; empty likewise.
  public var node: String
  /// The epoch's count; 0 where there is no epoch.
  public var epoch: UInt64
  /// The key id of the sealed key.
  public var keyID: KeyID

  /// A binding.
  public init(cluster: String, node: String, epoch: UInt64, keyID: KeyID) {
    self.cluster = cluster
    self.node = node
    self.epoch = epoch
    self.keyID = keyID
  }
}

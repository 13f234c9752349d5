public import Diagnostics

/// Why a file or unit is on a node, and which values of which input it was made from: what `explain` prints.
public struct Origin: Sendable, Hashable {
  /// Why it is there, in one sentence.
  public var reason: String
  /// The values it was made from; empty for what every node of the role has.
  public var inputs: [Input]

  /// A value of one of the two inputs.
  public enum Input: Sendable, Hashable {
    /// A value of the cluster file.
    case cluster(ValuePath)
    /// A value of the role's `image.yaml`.
    case image(ValuePath)
  }

  init(_ reason: String, _ inputs: Input...) {
    self.reason = reason
    self.inputs = inputs
  }
}

extension Origin.Input {
  /// The cluster file's value at `keys`.
  static func cluster(_ keys: String...) -> Self { .cluster(keys.reduce(ValuePath.root) { $0.appending($1) }) }

  /// The image file's value at `keys`.
  static func image(_ keys: String...) -> Self { .image(keys.reduce(ValuePath.root) { $0.appending($1) }) }

  /// The pin of `component`.
  static func component(_ component: Component) -> Self { .image("components", component.rawValue) }
}

extension ClusterDefinition.Node {
  /// The place of this node's value `key` in the cluster file.
  func input(_ key: String) -> Origin.Input {
    .cluster(ValuePath.root.appending("nodes").appending(index).appending(key))
  }
}

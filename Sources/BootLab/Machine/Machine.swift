/// A way to boot a node in the lab.
public protocol Machine: Sendable {
  /// Its name on the command line: `nspawn`, `qemu`.
  var kind: String { get }
  /// The programs of this machine that it needs.
  var programs: [String] { get }

  /// The words that boot a node; they end when it is off.
  func boot(_ start: MachineStart) -> [String]

  /// The words that print the node's journal as JSON, from its beginning, and go on as it grows.
  func journal(_ start: MachineStart) -> [String]

  /// The words that ask the node to shut down in order.
  func powerOff(_ start: MachineStart) -> [String]

  /// The words that run `words` in the node while it is on, as its root; `nil` where nobody gets in.
  func inside(_ start: MachineStart, _ words: [String]) -> [String]?

  /// From where the time of this boot is counted; `nil` while it has not come so far.
  func origin(_ start: MachineStart) -> BootOrigin?
}

/// One switching-on of a node.
public struct MachineStart: Sendable, Hashable {
  /// The node.
  public var node: LabNode
  /// The folder that keeps the node's disk and says how it went, for one boot and the next.
  public var state: String
  /// Whether Ignition runs; otherwise it boots from what an earlier boot left.
  public var isFirst: Bool
  /// The network that it joins.
  public var network: LabNetwork
  /// The control group that is the node's own; it is made for it.
  public var controlGroup: String
  /// What the lab is made of.
  public var tools: LabTools
  /// The container images and downloads that are there without a network, as `scripts/lab/images` makes them.
  public var store: String?
  /// After how many seconds the machine is ended whatever it does.
  public var timeout: Int
}

public import BootChain

/// How long a node may take from the end of Ignition to the last proof, images preloaded (docs/boot-chain.md).
public struct BootBudget: Sendable, Hashable {
  /// The time on a machine as fast as this one.
  public var goal: Duration
  /// How many times slower the node's processor is than this machine's, in thousandths; 1000 for none slower.
  public var cpuFactorThousandths: Int

  /// A budget; see the properties.
  public init(goal: Duration, cpuFactorThousandths: Int = 1000) {
    self.goal = goal
    self.cpuFactorThousandths = cpuFactorThousandths
  }

  /// The goal of a node with this chain: 20 s for a master, 12 s for a worker.
  public init(for chain: BootChain, cpuFactorThousandths: Int = 1000) {
    let isMaster = chain[ChainUnit.openbao] != nil
    self.init(goal: isMaster ? .seconds(20) : .seconds(12), cpuFactorThousandths: cpuFactorThousandths)
  }

  /// The time that the node has.
  public var limit: Duration { goal * cpuFactorThousandths / 1000 }
}

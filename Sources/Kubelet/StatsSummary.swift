/// What the kubelet measures itself, from cgroups and the container runtime. Source: `/stats/summary`,
/// k8s.io/kubelet/pkg/apis/stats/v1alpha1. Every number is absent where the kubelet had none.
public struct StatsSummary: Sendable, Hashable {
  /// Time on processors.
  public struct CPU: Sendable, Hashable, Decodable {
    /// Over the kubelet's last window, in billionths of a core.
    public var usageNanoCores: UInt64?
    /// Since the start, in nanoseconds over all cores.
    public var usageCoreNanoSeconds: UInt64?
  }
  /// Memory, in bytes.
  public struct Memory: Sendable, Hashable, Decodable {
    /// What is left for workloads: what eviction is decided by.
    public var availableBytes: UInt64?
    /// In use, page cache included.
    public var usageBytes: UInt64?
    /// In use, what can be dropped left out.
    public var workingSetBytes: UInt64?
    /// Anonymous memory and swap cache.
    public var rssBytes: UInt64?
  }
  /// A filesystem, in bytes and inodes.
  public struct FileSystem: Sendable, Hashable, Decodable {
    /// What is left.
    public var availableBytes: UInt64?
    /// All of it.
    public var capacityBytes: UInt64?
    /// What is in use: by images, in an image filesystem.
    public var usedBytes: UInt64?
    /// Inodes that are left.
    public var inodesFree: UInt64?
    /// All inodes.
    public var inodes: UInt64?
  }
  /// A daemon or slice that the kubelet tells apart: `kubelet`, `runtime`, `pods`.
  public struct SystemContainer: Sendable, Hashable, Decodable {
    /// Its name.
    public var name: String
    /// Its time on processors.
    public var cpu: CPU?
    /// Its memory.
    public var memory: Memory?
  }

  /// The node's name as the kubelet has it.
  public var nodeName: String
  /// The whole node's processors.
  public var cpu: CPU?
  /// The whole node's memory.
  public var memory: Memory?
  /// The filesystem of the kubelet's own folder (nodefs).
  public var fileSystem: FileSystem?
  /// The filesystem of images (imagefs).
  public var imageFileSystem: FileSystem?
  /// The most processes that the node can have.
  public var maximumProcesses: Int64?
  /// The processes that the node has.
  public var processes: Int64?
  /// The daemons and slices.
  public var systemContainers: [SystemContainer]
  /// The pods that run.
  public var pods: Int
  /// The containers that run in them.
  public var containers: Int

  /// What a Summary says of the node, with the pods and containers that it lists.
  init(node json: [UInt8], pods: Int, containers: Int) throws(KubeletError) {
    struct Node: Decodable {
      var nodeName: String
      var cpu: CPU?
      var memory: Memory?
      var fs: FileSystem?
      var runtime: Runtime?
      var rlimit: ResourceLimit?
      var systemContainers: [SystemContainer]?
    }
    struct Runtime: Decodable {
      var imageFs: FileSystem?
    }
    struct ResourceLimit: Decodable {
      var maxpid: Int64?
      var curproc: Int64?
    }
    let node: Node = try JSONAnswer.decode(json, of: "node")
    nodeName = node.nodeName
    cpu = node.cpu
    memory = node.memory
    fileSystem = node.fs
    imageFileSystem = node.runtime?.imageFs
    maximumProcesses = node.rlimit?.maxpid
    processes = node.rlimit?.curproc
    systemContainers = node.systemContainers ?? []
    self.pods = pods
    self.containers = containers
  }
}

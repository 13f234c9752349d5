public import HostFS

/// Mounted file systems that hold something.
public struct FilesystemReading: Sendable, Hashable {
  /// Mounts, in the kernel's order; what is mounted over is not there.
  public var mounts: [Mount] = []
}

/// Reads `/proc/1/mountinfo`, and asks statfs(2) on a thread that may be lost to a mount that does not answer. Such a mount
/// is not asked again until it has answered.
public struct FilesystemCollector: Collector {
  /// `filesystem`.
  public static let name = "filesystem"

  private let relay: Relay
  private let ask: SpaceQuery
  private let limit: UInt64
  private let total: UInt64
  private var listing: [UInt8] = []
  private var mounts: [Mount] = []
  private var tasks: [MountTask] = []
  /// The mounts' places in the order in which they are asked.
  private var order: [Int] = []

  /// What asks for the space of the file system at a path; it may never return.
  public typealias SpaceQuery = @Sendable (String) throws(ReadError) -> FileSystemSpace

  /// A collector that gives each mount of `origin` so many nanoseconds, and all together `total`.
  public init(
    _ origin: HostRoot.Origin, limit: UInt64 = 500_000_000, total: UInt64 = 1_600_000_000,
    ask: @escaping SpaceQuery = FileSystemSpace.init(at:)
  ) {
    relay = Relay(origin)
    self.limit = limit
    self.total = total
    self.ask = ask
  }

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> FilesystemReading {
    let known = listing
    let listed = try root.parse(.initProcess, "mountinfo", limit: 8 << 20) {
      (text) throws(Malformed) -> (bytes: [UInt8], mounts: [Mount])? in
      // Mounts change rarely: the same bytes are not parsed again.
      text.isSame(as: known) ? nil : (text.copy, try Self.parse(text))
    }
    if let listed { update(listed.bytes, listed.mounts, root) }
    let verdicts = relay.run(order.map { tasks[$0] }, limit: limit, total: total, isShared: true)
    var reading = FilesystemReading(mounts: mounts)
    for (index, verdict) in zip(order, verdicts) {
      switch verdict {
      case .finished: reading.mounts[index].space = tasks[index].space
      case .overdue(let nanoseconds): reading.mounts[index].space = .failed(.overdue(nanoseconds: nanoseconds))
      case .notTried: reading.mounts[index].space = .failed(.notTried)
      }
    }
    return reading
  }

  private mutating func update(_ bytes: [UInt8], _ found: [Mount], _ root: HostRoot) {
    listing = bytes
    mounts = found
    // A mount that is still asked keeps its task, and with it that it is not asked again.
    var known: [String: MountTask] = [:]
    for task in tasks { known[task.key] = task }
    tasks = found.map { mount in
      let key = "\(mount.major):\(mount.minor) \(mount.mountPoint)"
      return known[key] ?? MountTask(key: key, path: root.path(mount.mountPoint), ask: ask)
    }
    // Another machine's last: those are the ones that die, often several at once.
    order = mounts.indices.filter { !mounts[$0].isRemote } + mounts.indices.filter { mounts[$0].isRemote }
  }

  static func parse(_ text: ByteText) throws(Malformed) -> [Mount] {
    var mounts: [Mount] = []
    var places: [String: Int] = [:]
    try text.forEachLine { (line, number) throws(Malformed) in
      let mount = try Mount.parse(line, number)
      // statfs answers for what was mounted last, so the last line of a mount point is the one it is about.
      if let place = places[mount.mountPoint] {
        mounts[place] = mount
      } else {
        places[mount.mountPoint] = mounts.count
        mounts.append(mount)
      }
    }
    if mounts.isEmpty { throw Malformed(line: 1) }
    mounts.removeAll { FilesystemFilter.leavesOut($0) }
    var first: [String: String] = [:]
    for index in mounts.indices {
      let device = "\(mounts[index].major):\(mounts[index].minor)"
      mounts[index].duplicateOf = first[device]
      if first[device] == nil { first[device] = mounts[index].mountPoint }
    }
    return mounts
  }
}

/// Which mounts tell nothing of the node's space: node_exporter's defaults, and what belongs to single pods.
enum FilesystemFilter {
  static func leavesOut(_ mount: Mount) -> Bool {
    if types.contains(mount.type) { return true }
    return folders.contains { folder in
      mount.mountPoint.hasPrefix(folder)
        && (mount.mountPoint.utf8.count == folder.utf8.count
          || mount.mountPoint.dropFirst(folder.count).hasPrefix("/"))
    } || within.contains { mount.mountPoint.hasPrefix($0) }
  }

  private static let types: Set<String> = [
    "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "erofs",
    "fusectl",
    "hugetlbfs", "iso9660", "mqueue", "nsfs", "overlay", "proc", "procfs", "pstore", "rpc_pipefs", "securityfs",
    "selinuxfs", "squashfs", "sysfs", "tracefs",
  ]
  private static let folders = ["/dev", "/proc", "/sys"]
  private static let within = [
    "/run/credentials/", "/run/containerd/", "/run/netns/", "/var/lib/docker/", "/var/lib/containers/storage/",
    "/var/lib/kubelet/pods/",
  ]
}

/// A mount that is asked for its space. Its members obey ``RelayTask``'s rule: they are the caller's, or the sacrificed thread's, never both's.
private final class MountTask: RelayTask, @unchecked Sendable {
  let key: String
  private let path: String
  private let ask: FilesystemCollector.SpaceQuery
  /// As of the last run; guarded as the superclass says.
  private(set) var space: Outcome<FileSystemSpace> = .unavailable(.notCollected)

  init(key: String, path: String, ask: @escaping FilesystemCollector.SpaceQuery) {
    self.key = key
    self.path = path
    self.ask = ask
  }

  override func perform(_ root: HostRoot) {
    do throws(ReadError) {
      space = .measured(try ask(path), at: BootClock.now())
    } catch {
      switch CollectionError(error) {
      case .unavailable(let unavailability): space = .unavailable(unavailability)
      case .failed(let fault): space = .failed(fault)
      }
    }
  }
}

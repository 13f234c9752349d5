extension IgnitionConfig {
  /// The storage: devices, file systems, and what is written to them.
  public struct Storage: Sendable, Hashable {
    /// Partition tables, each `device` once.
    public var disks: [Disk]
    /// RAID arrays, each `name` once.
    public var raid: [Raid]
    /// Encrypted devices, each `name` once.
    public var luks: [Luks]
    /// File systems, each `device` once.
    public var filesystems: [Filesystem]
    /// Files. A `path` is used once among files, directories and links.
    public var files: [File]
    /// Directories.
    public var directories: [Directory]
    /// Symbolic and hard links.
    public var links: [Link]

    /// A value with nothing set, and whatever else is given.
    public init(
      disks: [Disk] = [], raid: [Raid] = [], luks: [Luks] = [], filesystems: [Filesystem] = [], files: [File] = [],
      directories: [Directory] = [], links: [Link] = []
    ) {
      self.disks = disks
      self.raid = raid
      self.luks = luks
      self.filesystems = filesystems
      self.files = files
      self.directories = directories
      self.links = links
    }
  }
}

extension IgnitionConfig.Storage: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("disks", { $0.disks }, { $0.disks = $1 }),
    Field("raid", { $0.raid }, { $0.raid = $1 }),
    Field("luks", { $0.luks }, { $0.luks = $1 }, since: .v32),
    Field("filesystems", { $0.filesystems }, { $0.filesystems = $1 }),
    Field("files", { $0.files }, { $0.files = $1 }),
    Field("directories", { $0.directories }, { $0.directories = $1 }),
    Field("links", { $0.links }, { $0.links = $1 }),
  ]
}

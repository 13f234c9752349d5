extension IgnitionConfig {
  /// A file system.
  public struct Filesystem: Sendable, Hashable {
    /// Absolute path to the device, each file system's own.
    public var device: String
    /// `ext4`, `btrfs`, `xfs`, `vfat`, `swap`, or since 3.3.0 `none`; required where more than the device is said.
    public var format: String?
    /// Absolute path where Ignition mounts it while it runs, seen from the later root; a mount unit is another matter.
    public var path: String?
    /// Whether an existing file system is erased; otherwise one that matches is kept, and another fails.
    public var wipeFilesystem: Bool?
    /// The label, in bytes at most: 16 (`ext4`), 256 (`btrfs`), 12 (`xfs`), 15 (`swap`), 11 (`vfat`).
    public var label: String?
    /// The UUID; absent means a random one.
    public var uuid: String?
    /// Further options for the format's mkfs, one word each.
    public var options: [String]
    /// Options for mounting while Ignition runs. Since 3.1.0.
    public var mountOptions: [String]

    /// A value with what is required, and whatever else is given.
    public init(
      device: String, format: String? = nil, path: String? = nil, wipeFilesystem: Bool? = nil, label: String? = nil,
      uuid: String? = nil, options: [String] = [], mountOptions: [String] = []
    ) {
      self.device = device
      self.format = format
      self.path = path
      self.wipeFilesystem = wipeFilesystem
      self.label = label
      self.uuid = uuid
      self.options = options
      self.mountOptions = mountOptions
    }
  }
}

extension IgnitionConfig.Filesystem: SpecObject {
  static let blank = Self(device: "")

  static let fields: [Field<Self>] = [
    Field("device", { $0.device }, { $0.device = $1 }),
    Field("format", { $0.format }, { $0.format = $1 }),
    Field("path", { $0.path }, { $0.path = $1 }),
    Field("wipeFilesystem", { $0.wipeFilesystem }, { $0.wipeFilesystem = $1 }),
    Field("label", { $0.label }, { $0.label = $1 }),
    Field("uuid", { $0.uuid }, { $0.uuid = $1 }),
    .appended("options", { $0.options }, { $0.options = $1 }),
    .appended("mountOptions", { $0.mountOptions }, { $0.mountOptions = $1 }, since: .v31),
  ]
}

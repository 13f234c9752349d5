extension IgnitionConfig {
  /// A file system.
  public struct Filesystem: Sendable, Hashable {
    /// Absolute path to the device.
    public var device: String
    /// `ext4`, `btrfs`, `xfs`, `vfat`, `swap` or `none`.
    public var format: String?
    /// Where Ignition mounts it, seen from the later root.
    public var path: String?
    /// Whether an existing file system is erased.
    public var wipeFilesystem: Bool?
    /// The label; its longest length depends on the format.
    public var label: String?
    /// The UUID.
    public var uuid: String?
    /// Further options for mkfs.
    public var options: [String]
    /// Options for mounting while Ignition runs.
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

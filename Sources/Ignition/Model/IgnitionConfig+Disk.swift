extension IgnitionConfig {
  /// A disk and its partition table.
  public struct Disk: Sendable, Hashable {
    /// Absolute path to the device, each disk's own, such as one of `/dev/disk/by-id`.
    public var device: String
    /// Whether the partition table is erased first; absent means no.
    public var wipeTable: Bool?
    /// The partitions, each by a number or a label of its own.
    public var partitions: [Partition]

    /// A value with what is required, and whatever else is given.
    public init(device: String, wipeTable: Bool? = nil, partitions: [Partition] = []) {
      self.device = device
      self.wipeTable = wipeTable
      self.partitions = partitions
    }
  }
}

extension IgnitionConfig.Disk: SpecObject {
  static let blank = Self(device: "")

  static let fields: [Field<Self>] = [
    Field("device", { $0.device }, { $0.device = $1 }),
    Field("wipeTable", { $0.wipeTable }, { $0.wipeTable = $1 }),
    Field("partitions", { $0.partitions }, { $0.partitions = $1 }),
  ]
}

extension IgnitionConfig {
  /// A GPT partition.
  public struct Partition: Sendable, Hashable {
    /// The partition's label: at most 36 bytes, no colon.
    public var label: String?
    /// The number, from 1; 0 means the next free one.
    public var number: Int
    /// Size in MiB; 0 means as large as possible. Absent means that, or what an existing partition has.
    public var sizeMiB: Int?
    /// Start in MiB; 0 means the start of the largest free block. Absent means that, or where an existing partition is.
    public var startMiB: Int?
    /// The type's GUID; absent means Linux file system data.
    public var typeGuid: String?
    /// The partition's own GUID; absent means a random one, or what an existing partition has.
    public var guid: String?
    /// Whether a partition that differs is replaced; otherwise it is an error.
    public var wipePartitionEntry: Bool?
    /// Whether the partition exists; `false` deletes it, and then only ``number`` says which.
    public var shouldExist: Bool?
    /// Whether a partition that differs only in size is resized; absent means no. Since 3.2.0.
    public var resize: Bool?

    /// A value with nothing set, and whatever else is given.
    public init(
      label: String? = nil, number: Int = 0, sizeMiB: Int? = nil, startMiB: Int? = nil, typeGuid: String? = nil,
      guid: String? = nil, wipePartitionEntry: Bool? = nil, shouldExist: Bool? = nil, resize: Bool? = nil
    ) {
      self.label = label
      self.number = number
      self.sizeMiB = sizeMiB
      self.startMiB = startMiB
      self.typeGuid = typeGuid
      self.guid = guid
      self.wipePartitionEntry = wipePartitionEntry
      self.shouldExist = shouldExist
      self.resize = resize
    }
  }
}

extension IgnitionConfig.Partition: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("label", { $0.label }, { $0.label = $1 }),
    Field("number", { $0.number }, { $0.number = $1 }),
    Field("sizeMiB", { $0.sizeMiB }, { $0.sizeMiB = $1 }),
    Field("startMiB", { $0.startMiB }, { $0.startMiB = $1 }),
    Field("typeGuid", { $0.typeGuid }, { $0.typeGuid = $1 }),
    Field("guid", { $0.guid }, { $0.guid = $1 }),
    Field("wipePartitionEntry", { $0.wipePartitionEntry }, { $0.wipePartitionEntry = $1 }),
    Field("shouldExist", { $0.shouldExist }, { $0.shouldExist = $1 }),
    Field("resize", { $0.resize }, { $0.resize = $1 }, since: .v32),
  ]
}

extension IgnitionConfig {
  /// A RAID array.
  public struct Raid: Sendable, Hashable {
    /// Name of the md device, each array's own.
    public var name: String
    /// The level: `linear`, `raid0`, `raid1`, `raid4`, `raid5`, `raid6` or `raid10`, or mdadm's other names for them.
    /// Required since 3.3.0.
    public var level: String?
    /// Absolute paths of the member devices: at least one, each once.
    public var devices: [String]
    /// How many of the devices are spares; absent means none. `linear` and `raid0` cannot have any.
    public var spares: Int?
    /// Further options for mdadm, one word each.
    public var options: [String]

    /// A value with what is required, and whatever else is given.
    public init(
      name: String, level: String? = nil, devices: [String] = [], spares: Int? = nil, options: [String] = []
    ) {
      self.name = name
      self.level = level
      self.devices = devices
      self.spares = spares
      self.options = options
    }
  }
}

extension IgnitionConfig.Raid: SpecObject {
  static let blank = Self(name: "")

  static let fields: [Field<Self>] = [
    Field("name", { $0.name }, { $0.name = $1 }),
    Field("level", { $0.level }, { $0.level = $1 }),
    Field("devices", { $0.devices }, { $0.devices = $1 }),
    Field("spares", { $0.spares }, { $0.spares = $1 }),
    .appended("options", { $0.options }, { $0.options = $1 }),
  ]
}

extension IgnitionConfig {
  /// A RAID array.
  public struct Raid: Sendable, Hashable {
    /// Name of the md device.
    public var name: String
    /// The level, such as `raid1`.
    public var level: String?
    /// Absolute paths of the member devices.
    public var devices: [String]
    /// How many spares.
    public var spares: Int?
    /// Further options for mdadm.
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

extension IgnitionConfig {
  /// systemd units and their drop-ins.
  public struct Systemd: Sendable, Hashable {
    /// The units, each `name` once.
    public var units: [Unit]

    /// A value with nothing set, and whatever else is given.
    public init(units: [Unit] = []) {
      self.units = units
    }
  }
}

extension IgnitionConfig.Systemd: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("units", { $0.units }, { $0.units = $1 })
  ]
}

extension IgnitionConfig {
  /// A systemd unit (`systemd.units`), written below `/etc/systemd/system`.
  public struct Unit: Sendable, Hashable {
    /// The unit's name with its suffix: one of systemd's types.
    public var name: String
    /// Whether it is enabled or disabled; absent means neither. Enabling needs an `[Install]` section.
    public var enabled: Bool?
    /// Whether it is masked or unmasked; absent means neither.
    public var mask: Bool?
    /// The unit's text, in the syntax of systemd.syntax(7); absent where only state or drop-ins change.
    public var contents: String?
    /// Drop-ins of the unit, each `name` once.
    public var dropins: [Dropin]

    /// A value with what is required, and whatever else is given.
    public init(
      name: String, enabled: Bool? = nil, mask: Bool? = nil, contents: String? = nil, dropins: [Dropin] = []
    ) {
      self.name = name
      self.enabled = enabled
      self.mask = mask
      self.contents = contents
      self.dropins = dropins
    }
  }
}

extension IgnitionConfig.Unit: SpecObject {
  static let blank = Self(name: "")

  static let fields: [Field<Self>] = [
    Field("name", { $0.name }, { $0.name = $1 }),
    Field("enabled", { $0.enabled }, { $0.enabled = $1 }),
    Field("mask", { $0.mask }, { $0.mask = $1 }),
    Field("contents", { $0.contents }, { $0.contents = $1 }),
    Field("dropins", { $0.dropins }, { $0.dropins = $1 }),
  ]
}

extension IgnitionConfig {
  /// A drop-in of a unit.
  public struct Dropin: Sendable, Hashable {
    /// The file name, ending in `.conf`.
    public var name: String
    /// The drop-in's text, in the syntax of systemd.syntax(7).
    public var contents: String?

    /// A value with what is required, and whatever else is given.
    public init(name: String, contents: String? = nil) {
      self.name = name
      self.contents = contents
    }
  }
}

extension IgnitionConfig.Dropin: SpecObject {
  static let blank = Self(name: "")

  static let fields: [Field<Self>] = [
    Field("name", { $0.name }, { $0.name = $1 }),
    Field("contents", { $0.contents }, { $0.contents = $1 }),
  ]
}

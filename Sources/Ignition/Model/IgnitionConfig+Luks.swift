extension IgnitionConfig {
  /// A LUKS2 device (`storage.luks`, since 3.2.0).
  public struct Luks: Sendable, Hashable {
    /// Name of the opened device below `/dev/mapper`, without a slash, each device's own.
    public var name: String
    /// Absolute path to the device that is encrypted. Required.
    public var device: String?
    /// The key; where nothing is set Ignition makes one.
    public var keyFile: Resource
    /// The label: at most 47 bytes.
    public var label: String?
    /// The UUID.
    public var uuid: String?
    /// Further options for `cryptsetup luksFormat`.
    public var options: [String]
    /// Whether discards pass through, which shows which blocks are free; absent means no. Since 3.4.0.
    public var discard: Bool?
    /// Further options for `cryptsetup luksOpen`; those that LUKS2 can keep hold for later boots too. Since 3.4.0.
    public var openOptions: [String]
    /// Whether an existing device is encrypted anew; otherwise one that matches is kept.
    public var wipeVolume: Bool?
    /// Unlocking by Clevis.
    public var clevis: Clevis
    /// Unlocking by an IBM Crypto Express card. Since 3.5.0.
    public var cex: Cex

    /// A value with what is required, and whatever else is given.
    public init(
      name: String, device: String? = nil, keyFile: Resource = .init(), label: String? = nil, uuid: String? = nil,
      options: [String] = [], discard: Bool? = nil, openOptions: [String] = [], wipeVolume: Bool? = nil,
      clevis: Clevis = .init(), cex: Cex = .init()
    ) {
      self.name = name
      self.device = device
      self.keyFile = keyFile
      self.label = label
      self.uuid = uuid
      self.options = options
      self.discard = discard
      self.openOptions = openOptions
      self.wipeVolume = wipeVolume
      self.clevis = clevis
      self.cex = cex
    }
  }
}

extension IgnitionConfig.Luks: SpecObject {
  static let blank = Self(name: "")

  static let fields: [Field<Self>] = [
    Field("name", { $0.name }, { $0.name = $1 }, since: .v32),
    Field("device", { $0.device }, { $0.device = $1 }, since: .v32),
    Field("keyFile", { $0.keyFile }, { $0.keyFile = $1 }, since: .v32),
    Field("label", { $0.label }, { $0.label = $1 }, since: .v32),
    Field("uuid", { $0.uuid }, { $0.uuid = $1 }, since: .v32),
    .appended("options", { $0.options }, { $0.options = $1 }, since: .v32),
    Field("discard", { $0.discard }, { $0.discard = $1 }, since: .v34),
    Field("openOptions", { $0.openOptions }, { $0.openOptions = $1 }, since: .v34),
    Field("wipeVolume", { $0.wipeVolume }, { $0.wipeVolume = $1 }, since: .v32),
    Field("clevis", { $0.clevis }, { $0.clevis = $1 }, since: .v32),
    Field("cex", { $0.cex }, { $0.cex = $1 }, since: .v35),
  ]
}

extension IgnitionConfig {
  /// How Clevis unlocks a LUKS device.
  public struct Clevis: Sendable, Hashable {
    /// Tang servers, each `url` once.
    public var tang: [Tang]
    /// Whether the machine's TPM 2.0 holds a piece; absent means no.
    public var tpm2: Bool?
    /// How many of the pieces are needed; absent means 1.
    public var threshold: Int?
    /// A Clevis pin of one's own, instead of the rest.
    public var custom: ClevisCustom

    /// A value with nothing set, and whatever else is given.
    public init(tang: [Tang] = [], tpm2: Bool? = nil, threshold: Int? = nil, custom: ClevisCustom = .init()) {
      self.tang = tang
      self.tpm2 = tpm2
      self.threshold = threshold
      self.custom = custom
    }
  }
}

extension IgnitionConfig.Clevis: SpecObject {
  static let pointerSpec: SpecVersion? = .v32

  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("tang", { $0.tang }, { $0.tang = $1 }, since: .v32),
    Field("tpm2", { $0.tpm2 }, { $0.tpm2 = $1 }, since: .v32),
    Field("threshold", { $0.threshold }, { $0.threshold = $1 }, since: .v32),
    Field("custom", { $0.custom }, { $0.custom = $1 }, since: .v32),
  ]
}

extension IgnitionConfig {
  /// A Clevis pin with its configuration as text.
  public struct ClevisCustom: Sendable, Hashable {
    /// The pin: `tang`, `tpm2` or `sss`, and since 3.6.0 any other.
    public var pin: String?
    /// The pin's configuration, JSON as text. Required with a pin.
    public var config: String?
    /// Whether unlocking needs the network; absent means no.
    public var needsNetwork: Bool?

    /// A value with nothing set, and whatever else is given.
    public init(pin: String? = nil, config: String? = nil, needsNetwork: Bool? = nil) {
      self.pin = pin
      self.config = config
      self.needsNetwork = needsNetwork
    }
  }
}

extension IgnitionConfig.ClevisCustom: SpecObject {
  static let pointerSpec: SpecVersion? = .v32

  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("pin", { $0.pin }, { $0.pin = $1 }, since: .v32),
    Field("config", { $0.config }, { $0.config = $1 }, since: .v32),
    Field("needsNetwork", { $0.needsNetwork }, { $0.needsNetwork = $1 }, since: .v32),
  ]
}

extension IgnitionConfig {
  /// A Tang server.
  public struct Tang: Sendable, Hashable {
    /// URL of the server, `http` or `https`, each server's own.
    public var url: String
    /// Thumbprint of a trusted signing key. Required.
    public var thumbprint: String?
    /// The server's advertisement, JSON as text, so that it need not be reached at first boot. Since 3.4.0.
    public var advertisement: String?

    /// A value with what is required, and whatever else is given.
    public init(url: String, thumbprint: String? = nil, advertisement: String? = nil) {
      self.url = url
      self.thumbprint = thumbprint
      self.advertisement = advertisement
    }
  }
}

extension IgnitionConfig.Tang: SpecObject {
  static let blank = Self(url: "")

  static let fields: [Field<Self>] = [
    Field("url", { $0.url }, { $0.url = $1 }, since: .v32),
    Field("thumbprint", { $0.thumbprint }, { $0.thumbprint = $1 }, since: .v32),
    Field("advertisement", { $0.advertisement }, { $0.advertisement = $1 }, since: .v34),
  ]
}

extension IgnitionConfig {
  /// Unlocking by an IBM Crypto Express card.
  public struct Cex: Sendable, Hashable {
    /// Whether it is used; absent means no. Needs an absent key file and no Clevis.
    public var enabled: Bool?

    /// A value with nothing set, and whatever else is given.
    public init(enabled: Bool? = nil) {
      self.enabled = enabled
    }
  }
}

extension IgnitionConfig.Cex: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("enabled", { $0.enabled }, { $0.enabled = $1 }, since: .v35)
  ]
}

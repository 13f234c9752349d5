/// One unit on its way from quadlet file to service. The converters of each kind extend this type.
struct UnitConversion {
  let unit: LoadedUnit
  let registry: UnitRegistry
  let options: GeneratorOptions
  /// The service as far as it is written.
  var service: UnitDraft
  /// The name of the resource, once the converter knows it.
  var resourceName: String?
  /// The pod file whose service starts this container.
  var startingPod: String?

  init(_ unit: LoadedUnit, registry: UnitRegistry, options: GeneratorOptions) {
    self.unit = unit
    self.registry = registry
    self.options = options
    service = unit.draft
  }

  /// The kind's own section.
  var section: KeyLookup { unit.section }

  /// Converts the unit; afterwards ``service`` is what podman's generator prints.
  mutating func convert() throws(ConversionError) {
    try prepareService()
    switch unit.kind {
    case .container: try convertContainer()
    case .pod: try convertPod()
    case .volume: try convertVolume()
    case .network: try convertNetwork()
    case .kube: try convertKube()
    case .image: try convertImage()
    case .build: try convertBuild()
    case .artifact: try convertArtifact()
    }
  }

  /// What every kind has in common: known keys only, dependencies by service name, the network before it, the section
  /// out of systemd's way.
  private mutating func prepareService() throws(ConversionError) {
    try refuseUnknownKeys(in: unit.kind.section, table: unit.kind.keys)
    try refuseUnknownKeys(in: "Quadlet", table: .quadlet)
    try translateDependencies()
    if KeyLookup("Quadlet", of: service).boolean("DefaultDependencies") ?? true {
      service.prepend("After", options.mode.networkUnit, to: "Unit")
      service.prepend("Wants", options.mode.networkUnit, to: "Unit")
    }
    service.add("SourcePath", unit.path, to: "Unit")
    service.add("RequiresMountsFor", "%t/containers", to: "Unit")
    service.rename(unit.kind.section, to: "X-" + unit.kind.section)
    service.rename("Quadlet", to: "X-Quadlet")
  }

  private func refuseUnknownKeys(in section: String, table: KeyTable) throws(ConversionError) {
    for case let key? in unit.draft.lines(in: section).lazy.map(\.key) {
      guard let since = table.since(key), since <= options.podman else {
        throw ConversionError("unsupported key '\(key)' in group '\(section)' in \(unit.path)", at: key)
      }
    }
  }

  // MARK: What the converters share

  /// The last value of `key` in the service's `[Service]`.
  func serviceValue(_ key: String) -> String? { service.lastValue(key, in: "Service").map(KeyLookup.unquoted) }

  /// Sets `key` in `[Service]` unless the unit has it.
  mutating func setDefault(_ key: String, _ value: String) {
    if service.lastValue(key, in: "Service") == nil { service.set(key, value, in: "Service") }
  }

  /// Adds a command to `[Service]`.
  mutating func addCommand(_ key: String, _ command: PodmanCommand) { service.add(key, command.line, to: "Service") }

  /// The defaults of services that run once: `remains` for those that others depend on by being active.
  mutating func setOneshotDefaults(remains: Bool) {
    setDefault("SyslogIdentifier", "%N")
    setDefault("Type", "oneshot")
    if remains { setDefault("RemainAfterExit", "yes") }
  }

  /// Makes the service need `other` and start after it.
  mutating func require(_ other: UnitRegistry.Entry) {
    service.add("Requires", other.service, to: "Unit")
    service.add("After", other.service, to: "Unit")
  }

  /// Sets `KillMode=mixed`, and refuses modes other than that and `control-group`, with which nothing works well.
  mutating func settleKillMode() throws(ConversionError) {
    guard let mode = serviceValue("KillMode") else { return service.set("KillMode", "mixed", in: "Service") }
    guard mode == "mixed" || mode == "control-group" else {
      throw ConversionError("invalid KillMode '\(mode)'", at: "KillMode")
    }
  }

  /// The service's `Type`, which may be absent, `notify` or `oneshot`.
  func serviceType() throws(ConversionError) -> String? {
    let type = serviceValue("Type")
    guard type == nil || type == "notify" || type == "oneshot" else {
      throw ConversionError("invalid service Type '\(type ?? "")'", at: "Type")
    }
    return type
  }

  /// `path` as it is, or below the unit's folder where it is relative and does not start with a specifier.
  func absolute(_ path: String) -> String {
    Self.startsWithSpecifier(path) || path.hasPrefix("/") ? path : UnixPath.join(UnixPath.folder(of: unit.path), path)
  }

  /// Whether a path starts with a `%` specifier, which only systemd can resolve; `%%` is a percent sign.
  static func startsWithSpecifier(_ path: String) -> Bool { path.hasPrefix("%") && !path.hasPrefix("%%") }
}

public import Diagnostics

extension IgnitionConfig {
  /// The longest text that is read, in bytes, 64 MiB: far beyond what any platform hands to a machine.
  public static let longestText = 64 << 20

  /// Reads a config of any stable version as Ignition 2.26 does, upgrades it to the newest, and validates it.
  ///
  /// The report has the entries of Ignition's own: the same kinds and paths. A text that is no JSON, or holds a value
  /// of a wrong type, has one entry at `$`, for the first such fault. Nothing that is found stops the process; a text
  /// beyond ``longestText`` is refused unread.
  public static func parse(_ bytes: [UInt8]) -> ParseResult {
    var parser = Parser(bytes)
    return parser.run()
  }

  /// Holds the config against the rules of Ignition 2.26 for `spec`; findings have paths and no places.
  ///
  /// An error means that Ignition would refuse the config; a warning, that it says what will have no effect.
  public func validate(for spec: SpecVersion = .newest) -> Report {
    var validator = Validator(spec: spec)
    validator.check(self)
    var report = Report()
    for found in validator.found { report.add(Finding(found.severity, found.message, path: Trail.path(found.steps))) }
    validator.reportLeftOut(to: &report)
    return report
  }
}

/// One text on its way into the model.
private struct Parser {
  private let bytes: [UInt8]
  private var isJSON = false

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func run() -> ParseResult {
    if bytes.isEmpty { return refused(Finding(.error, "the config is empty")) }
    if bytes.count > IgnitionConfig.longestText {
      let limit = IgnitionConfig.longestText >> 20
      return refused(Finding(.error, "the config has \(bytes.count) bytes; at most \(limit) MiB are read"))
    }
    let syntax: JSONSyntax
    do throws(JSONSyntax.Fault) {
      syntax = try JSONSyntax.check(bytes)
    } catch {
      return refused(root(error))
    }
    isJSON = true
    var stub = VersionStub.blank
    var reader = JSONReader(bytes, spec: .newest)
    reader.read(&stub, fields: VersionStub.fields)
    if let fault = reader.fault { return refused(root(fault)) }
    let name = stub.ignition.version
    guard let spec = VersionName.spec(name) else {
      let message =
        VersionName.isWellFormed(name)
        ? "unsupported config version \(name); 3.0.0 to \(SpecVersion.newest) are known"
        : "ignition.version is \"\(name)\", which is no version"
      return refused(Finding(.error, message, position: place(of: [.key("ignition"), .key("version")])))
    }
    return read(at: spec, keepsWarnings: !syntax.hasHugeNumber)
  }

  private func read(at spec: SpecVersion, keepsWarnings: Bool) -> ParseResult {
    var config = IgnitionConfig()
    var reader = JSONReader(bytes, spec: spec)
    reader.read(&config, fields: IgnitionConfig.fields)
    if let fault = reader.fault { return refused(root(fault), spec: spec) }
    var validator = Validator(spec: spec)
    validator.check(config)
    let warnings = keepsWarnings ? reader.warnings.compactMap { $0 } : []
    var report = located(validator.found, warnings)
    validator.reportLeftOut(to: &report)
    if keepsWarnings, reader.warningsLeftOut > 0 { report.warning("\(reader.warningsLeftOut) more warnings") }
    if spec < .v36 { config.clearSpecialBits() }
    return ParseResult(
      config: report.hasErrors ? nil : config, spec: spec, report: report, source: bytes, isJSON: true)
  }

  private func located(_ found: [Validator.Found], _ warnings: [JSONReader.Warning]) -> Report {
    var report = Report()
    if found.isEmpty, warnings.isEmpty { return report }
    var locator = SourceLocator()
    let wanted = found.map { locator.want($0.steps) }
    if !found.isEmpty { locator.locate(in: bytes) }
    let offsets = wanted.map { locator.offset(of: $0) } + warnings.map(\.offset)
    let places = SourcePlaces.positions(of: offsets, in: bytes)
    for (found, place) in zip(found, places) {
      report.add(Finding(found.severity, found.message, path: Trail.path(found.steps), position: place))
    }
    for (warning, place) in zip(warnings, places.dropFirst(found.count)) {
      report.warning(warning.message, path: Trail.path(warning.steps), position: place)
    }
    return report
  }

  private func place(of steps: [Trail.Step]) -> SourcePosition? {
    var locator = SourceLocator()
    let wanted = locator.want(steps)
    locator.locate(in: bytes)
    return SourcePlaces.positions(of: [locator.offset(of: wanted)], in: bytes).first
  }

  private func root(_ fault: JSONSyntax.Fault) -> Finding {
    let place = SourcePlaces.positions(of: [fault.offset], in: bytes).first
    return Finding(.error, fault.message, path: .root, position: place)
  }

  private func refused(_ finding: Finding, spec: SpecVersion? = nil) -> ParseResult {
    ParseResult(config: nil, spec: spec, report: Report([finding]), source: bytes, isJSON: isJSON)
  }
}

extension IgnitionConfig {
  /// Before 3.6.0 Ignition masked these bits when it upgraded a config.
  fileprivate mutating func clearSpecialBits() {
    for index in storage.files.indices { storage.files[index].mode?.formIntersection(0o777) }
    for index in storage.directories.indices { storage.directories[index].mode?.formIntersection(0o777) }
  }
}

extension Int {
  fileprivate mutating func formIntersection(_ mask: Int) { self &= mask }
}

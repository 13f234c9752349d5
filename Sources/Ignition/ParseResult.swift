public import Diagnostics

/// What a text holds, as Ignition would take it, and everything found in it.
public struct ParseResult: Sendable {
  /// The config in the shape of the newest specification; `nil` where the text is not accepted.
  public let config: IgnitionConfig?
  /// The version that the text names; `nil` where it names none that is known.
  public let spec: SpecVersion?
  /// Everything found, each with its place in the text.
  ///
  /// A finding without a path is no entry of Ignition's own report: Ignition refuses such a text before it makes one
  /// (an empty text, an unknown version).
  public let report: Report
  private let source: [UInt8]
  private let isJSON: Bool

  init(config: IgnitionConfig?, spec: SpecVersion?, report: Report, source: [UInt8], isJSON: Bool) {
    self.config = config
    self.spec = spec
    self.report = report
    self.source = source
    self.isJSON = isJSON
  }

  /// The place where the value at `path` starts, or the nearest value around it that the text holds; `nil` where the
  /// text is no JSON. Each call reads the text once.
  public func position(of path: ValuePath) -> SourcePosition? {
    guard isJSON else { return nil }
    let steps = path.description.split(separator: ".").dropFirst().map { part in
      Int(part).map(Trail.Step.index) ?? .key(String(part))
    }
    var locator = SourceLocator()
    let wanted = locator.want(steps)
    locator.locate(in: source)
    return SourcePlaces.positions(of: [locator.offset(of: wanted)], in: source).first
  }
}

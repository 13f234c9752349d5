import Diagnostics

/// Holds a config against the rules of Ignition 2.26 at one version of the specification. The rules are in extensions,
/// a file per section.
struct Validator {
  /// Something found, without its place in a text.
  struct Found {
    var severity: Severity
    var message: String
    var steps: [Trail.Step]
  }

  /// So many findings are kept; of the rest only how many there were. Nobody reads more, and a text of nothing but
  /// faults costs no memory.
  static let mostKept = 10_000

  let spec: SpecVersion
  private(set) var found: [Found] = []
  private(set) var errorsLeftOut = 0
  private(set) var warningsLeftOut = 0
  private var trail = Trail()

  init(spec: SpecVersion) { self.spec = spec }

  /// Checks the whole config.
  mutating func check(_ config: IgnitionConfig) {
    inside("ignition") { $0.check(config.ignition) }
    inside("kernelArguments") { $0.check(config.kernelArguments) }
    inside("passwd") { $0.check(config.passwd) }
    inside("storage") { $0.check(config.storage) }
    inside("systemd") { $0.check(config.systemd) }
    checkUnitPaths(of: config)
  }

  /// One finding more for those that were not kept.
  func reportLeftOut(to report: inout Report) {
    if errorsLeftOut > 0 { report.error("\(errorsLeftOut) more errors") }
    if warningsLeftOut > 0 { report.warning("\(warningsLeftOut) more warnings") }
  }

  // MARK: Walking

  mutating func inside(_ key: String, _ body: (inout Validator) -> Void) {
    trail.push(key)
    body(&self)
    trail.pop()
  }

  mutating func each<Element>(_ key: String, _ list: [Element], _ body: (inout Validator, Element) -> Void) {
    if list.isEmpty { return }
    trail.push(key)
    for (index, element) in list.enumerated() {
      trail.push(index)
      body(&self, element)
      trail.pop()
    }
    trail.pop()
  }

  // MARK: Finding

  mutating func error(_ message: String?, at steps: Trail.Step...) {
    guard let message else { return }
    if found.count == Self.mostKept { return errorsLeftOut += 1 }
    found.append(Found(severity: .error, message: message, steps: trail.steps + steps))
  }

  mutating func warning(_ message: String, at steps: Trail.Step...) {
    if found.count == Self.mostKept { return warningsLeftOut += 1 }
    found.append(Found(severity: .warning, message: message, steps: trail.steps + steps))
  }

  /// Reports every entry of lists that share one space of keys and whose key was there before.
  mutating func unique(_ lists: (name: String, keys: [ExactText])...) {
    var seen = Set<ExactText>()
    for (name, keys) in lists {
      for (index, key) in keys.enumerated() where !seen.insert(key).inserted {
        error("duplicate entry defined", at: .key(name), .index(index))
      }
    }
  }
}

extension Trail.Step: ExpressibleByStringLiteral {
  init(stringLiteral value: String) { self = .key(value) }
}

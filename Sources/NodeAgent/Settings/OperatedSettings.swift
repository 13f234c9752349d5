import Diagnostics
import SystemdUnit

/// The settings that an operator may push: how often and what is read. Who is trusted, where keys are and whom the
/// agent talks to are the node's own: a pushed text that names them is refused as a whole.
public struct OperatedSettings: Sendable, Hashable {
  /// The time between two readings.
  public var interval: Duration
  /// Units whose state is read, in addition to those that failed.
  public var units: [String]

  /// The node's own settings.
  public init(interval: Duration, units: [String]) {
    self.interval = interval
    self.units = units
  }

  /// These settings with what was pushed over them, in the order of the configurations' names. Units add up.
  /// - Throws: ``PushedConfigurationError``, naming the configuration and the line.
  public func with(
    _ configurations: [String: AgentState.Configuration]
  ) throws(PushedConfigurationError) -> OperatedSettings {
    var settings = self
    for (name, configuration) in configurations.sorted(by: { $0.key < $1.key }) {
      var reader = OperatedSettingsReader()
      reader.read(configuration.body, over: &settings)
      if let finding = reader.report.sorted.first {
        throw PushedConfigurationError(name: name, finding: finding.description)
      }
    }
    return settings
  }
}

/// Why a pushed configuration is not applied.
public struct PushedConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The configuration.
  public var name: String
  /// The first finding, with its line.
  public var finding: String

  /// What is wrong with it, in one line.
  public var description: String { "configuration \(name.debugDescription): \(finding)" }
}

/// Reads the body of a pushed configuration, which is written like `ll-agent.conf`.
struct OperatedSettingsReader: SettingsReader {
  var report = Report()

  /// The longest body, in bytes.
  static let longest = 64 << 10

  mutating func read(_ bytes: [UInt8], over settings: inout OperatedSettings) {
    guard bytes.count <= Self.longest else {
      report.error("longer than \(Self.longest) bytes")
      return
    }
    for section in sections(of: bytes) {
      guard section.name == "Agent" else {
        report.error("[\(section.name)] is not for an operator to set", position: section.position)
        continue
      }
      for directive in section.directives where !["Interval", "Unit"].contains(directive.key) {
        report.error("\(directive.key)= is not for an operator to set", position: directive.position)
      }
      if let interval = values("Interval", in: section).last {
        if let seconds = Double(interval.value), (1...3600).contains(seconds) {
          settings.interval = .milliseconds(Int(seconds * 1000))
        } else {
          report.error("Interval= is no number of seconds from 1 to 3600", position: interval.position)
        }
      }
      for unit in values("Unit", in: section) {
        if UnitName(unit.value)?.isTemplate ?? true {
          report.error("Unit= is no unit's name: \(unit.value.debugDescription)", position: unit.position)
        } else if !settings.units.contains(unit.value) {
          settings.units.append(unit.value)
        }
      }
    }
  }
}

import Diagnostics
import SystemdUnit

/// Reads `ll-agent.conf` and its drop-ins, which are written alike.
struct AgentSettingsReader: SettingsReader {
  var report = Report()

  /// The keys that other commands read; here they are known, and no more.
  private static let others = [
    "Agent": ["Operator", "OperatorAnchor"], "TPM": ["TCTI"], "OpenBao": ["Address", "Anchor", "ServerName"],
  ]

  mutating func read(_ bytes: [UInt8]) -> AgentSettings {
    var settings = AgentSettings()
    var seen: Set<String> = []
    for section in sections(of: bytes) {
      if !seen.insert(section.name).inserted {
        report.error("a second [\(section.name)] section", position: section.position)
      }
      switch section.name {
      case "Agent": readAgent(section, into: &settings)
      case "Kubelet": readKubelet(section, into: &settings)
      case let name:
        guard let keys = Self.others[name] else {
          report.error("unknown section [\(name)]", position: section.position)
          continue
        }
        checkKeys(section, single: keys)
      }
    }
    return settings
  }

  private mutating func readAgent(_ section: Section, into settings: inout AgentSettings) {
    checkKeys(
      section, single: ["NodeName", "RootDirectory", "Interval"] + Self.others["Agent", default: []],
      repeated: ["Unit"])
    if let name = values("NodeName", in: section).first {
      settings.nodeName = name.value
      if !SettingValue.isNodeName(name.value) {
        report.error("NodeName= is no node's name: \(name.value.debugDescription)", position: name.position)
      }
    }
    settings.rootDirectory = optionalPath("RootDirectory", in: section)
    if let interval = values("Interval", in: section).first {
      settings.interval = SettingValue.interval(interval.value)
      if settings.interval == nil {
        report.error("Interval= is no number of seconds from 1 to 3600: \(interval.value)", position: interval.position)
      }
    }
    let units = values("Unit", in: section)
    for unit in units where UnitName(unit.value)?.isTemplate ?? true {
      report.error("Unit= is no unit's name: \(unit.value.debugDescription)", position: unit.position)
    }
    if !units.isEmpty { settings.units = units.map(\.value) }
  }

  private mutating func readKubelet(_ section: Section, into settings: inout AgentSettings) {
    checkKeys(section, single: ["Address", "Anchor", "TokenFile", "ClientCertificate", "ClientKey"])
    if let address = values("Address", in: section).first {
      settings.kubeletAddress = KubeletAddress(address.value)
      if settings.kubeletAddress == nil {
        report.error("Address= is not https://HOST:PORT: \(address.value.debugDescription)", position: address.position)
      }
    }
    settings.kubeletAnchor = optionalPath("Anchor", in: section)
    settings.kubeletTokenFile = optionalPath("TokenFile", in: section)
    settings.kubeletClientCertificate = optionalPath("ClientCertificate", in: section)
    settings.kubeletClientKey = optionalPath("ClientKey", in: section)
    if let conflict = settings.conflict { report.error(conflict, position: section.position) }
  }

  private mutating func optionalPath(_ key: String, in section: Section) -> String? {
    section.directives.contains { $0.key == key } ? absolutePath(key, in: section) : nil
  }
}

/// What single settings may be, wherever they come from.
enum SettingValue {
  /// Whether Kubernetes could have a node of that name: a DNS subdomain (RFC 1123).
  static func isNodeName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 253
      && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        !label.isEmpty && label.first != "-" && label.last != "-"
          && label.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
              || $0 == UInt8(ascii: "-")
          }
      }
  }

  /// A number of seconds from 1 to 3600.
  static func interval(_ text: String) -> Duration? {
    guard let seconds = Double(text), (1...3600).contains(seconds) else { return nil }
    return .milliseconds(Int(seconds * 1000))
  }
}

import Diagnostics
import SystemdUnit

/// Reads `ll-agent.conf` and its drop-ins, which are written alike.
struct AgentSettingsReader: SettingsReader {
  var report = Report()

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
      case "TPM", "OpenBao":
        let keys = SessionKey.allCases.filter { $0.section == section.name }
        checkKeys(
          section, single: keys.filter { !$0.isRepeated }.map(\.rawValue),
          repeated: keys.filter(\.isRepeated).map(\.rawValue))
        readSession(section, into: &settings)
      case let name: report.error("unknown section [\(name)]", position: section.position)
      }
    }
    return settings
  }

  private mutating func readAgent(_ section: Section, into settings: inout AgentSettings) {
    checkKeys(
      section,
      single: ["NodeName", "RootDirectory", "Interval"]
        + SessionKey.allCases.filter { $0.section == "Agent" }.map(\.rawValue), repeated: ["Unit"])
    readSession(section, into: &settings)
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

  private mutating func readSession(_ section: Section, into settings: inout AgentSettings) {
    for key in SessionKey.allCases where key.section == section.name {
      let found = values(key.rawValue, in: section)
      for directive in found {
        if let fault = key.fault(of: directive.value) {
          report.error("\(key.rawValue)= \(fault)", position: directive.position)
        }
      }
      if !found.isEmpty { settings.session.values[key] = found.map(\.value) }
    }
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

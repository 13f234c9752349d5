import Diagnostics
import SystemdUnit

/// What the readers of this room's manifests share: a section's keys, each fault added to the report with its place.
protocol ManifestSections {
  var report: Report { get set }
}

extension ManifestSections {
  /// The file's sections with a name. systemd ignores a line that it cannot read; here it is an error, because a gate
  /// that overlooks what it should wait for is no gate.
  mutating func sections(of bytes: [UInt8]) -> [Section] {
    var syntax = Report()
    let file = UnitFile(parsing: bytes, report: &syntax)
    for finding in syntax.findings { report.error(finding.message, position: finding.position) }
    // A file of nothing but comments is read as one section without a name.
    return file.sections.filter { !$0.name.isEmpty }
  }

  mutating func checkKeys(_ section: Section, single: [String], repeated: [String] = []) {
    var seen: Set<String> = []
    for directive in section.directives {
      guard single.contains(directive.key) || repeated.contains(directive.key) else {
        report.error("unknown key \(directive.key)= in [\(section.name)]", position: directive.position)
        continue
      }
      if single.contains(directive.key), !seen.insert(directive.key).inserted {
        report.error("\(directive.key)= a second time in the same section", position: directive.position)
      }
      if directive.value.isEmpty { report.error("\(directive.key)= is empty", position: directive.position) }
    }
  }

  func values(_ key: String, in section: Section) -> [Directive] {
    section.directives.filter { $0.key == key && !$0.value.isEmpty }
  }

  mutating func required(_ key: String, in section: Section) -> String? {
    if let directive = values(key, in: section).first { return directive.value }
    if !section.directives.contains(where: { $0.key == key }) {
      report.error("[\(section.name)] without \(key)=", position: section.position)
    }
    return nil
  }

  mutating func absolutePath(_ key: String, in section: Section) -> String? {
    guard let path = required(key, in: section) else { return nil }
    guard path.hasPrefix("/") else {
      let place = values(key, in: section).first?.position
      report.error("\(key)= is not an absolute path: \(path.debugDescription)", position: place)
      return nil
    }
    return path
  }
}

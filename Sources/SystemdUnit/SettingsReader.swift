public import Diagnostics

/// What the readers of settings in systemd's syntax share: a section's keys, each fault added to the report with its place.
///
/// Unlike a unit's reader it is strict: an unknown key or section, a second value and a line that cannot be read are errors.
public protocol SettingsReader {
  /// Everything found so far.
  var report: Report { get set }
}

extension SettingsReader {
  /// The file's sections with a name. systemd ignores a line that it cannot read; here it is an error, because settings
  /// that are overlooked are none.
  public mutating func sections(of bytes: [UInt8]) -> [Section] {
    var syntax = Report()
    let file = UnitFile(parsing: bytes, report: &syntax)
    for finding in syntax.findings { report.error(finding.message, position: finding.position) }
    // A file of nothing but comments is read as one section without a name.
    return file.sections.filter { !$0.name.isEmpty }
  }

  /// Every directive's key is one of `single`, which stand once, or of `repeated`; none is empty.
  public mutating func checkKeys(_ section: Section, single: [String], repeated: [String] = []) {
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

  /// The directives with that key and a value, in order.
  public func values(_ key: String, in section: Section) -> [Directive] {
    section.directives.filter { $0.key == key && !$0.value.isEmpty }
  }

  /// The value of a key that the section must have.
  public mutating func required(_ key: String, in section: Section) -> String? {
    if let directive = values(key, in: section).first { return directive.value }
    if !section.directives.contains(where: { $0.key == key }) {
      report.error("[\(section.name)] without \(key)=", position: section.position)
    }
    return nil
  }

  /// The value of a key that the section must have, an absolute path.
  public mutating func absolutePath(_ key: String, in section: Section) -> String? {
    guard let path = required(key, in: section) else { return nil }
    guard path.hasPrefix("/") else {
      let place = values(key, in: section).first?.position
      report.error("\(key)= is not an absolute path: \(path.debugDescription)", position: place)
      return nil
    }
    return path
  }
}

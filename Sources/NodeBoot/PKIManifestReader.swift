import Diagnostics
import SystemdUnit

/// Turns sections into a ``PKIManifest``, one fault after another.
struct PKIManifestReader {
  private(set) var report = Report()

  mutating func read(_ bytes: [UInt8]) -> PKIManifest {
    var syntax = Report()
    let file = UnitFile(parsing: bytes, report: &syntax)
    // systemd ignores a line that it cannot read; a gate that overlooks what it should wait for is no gate.
    for finding in syntax.findings { report.error(finding.message, position: finding.position) }

    var manifest = PKIManifest(certificates: [])
    // A file of nothing but comments is read as one section without a name.
    let sections = file.sections.filter { !$0.name.isEmpty }
    for section in sections {
      switch section.name {
      case "Certificate":
        guard let certificate = certificate(section) else { continue }
        if manifest.certificates.contains(where: { $0.name == certificate.name }) {
          report.error("a second certificate called \(certificate.name)", position: section.position)
        }
        manifest.certificates.append(certificate)
      case "Secret":
        if let secret = secret(section) { manifest.secrets.append(secret) }
      default:
        report.error("unknown section [\(section.name)]", position: section.position)
      }
    }
    if sections.isEmpty, report.isEmpty {
      report.error("no section: there is nothing to wait for", position: SourcePosition(line: 1, column: 1))
    }
    return manifest
  }

  private mutating func certificate(_ section: Section) -> PKIManifest.Certificate? {
    checkKeys(section, single: ["Name", "Path", "Anchor", "Usage", "CommonName"], repeated: ["DNSName", "IPAddress"])
    let name = required("Name", in: section)
    let path = absolutePath("Path", in: section)
    let anchor = absolutePath("Anchor", in: section)
    let usage = usage(in: section)
    let dnsNames = values("DNSName", in: section).map(\.value)
    var addresses: [IPAddress] = []
    for directive in values("IPAddress", in: section) {
      if let address = IPAddress(directive.value) {
        addresses.append(address)
      } else {
        report.error("\(directive.value.debugDescription) is not an IP address", position: directive.position)
      }
    }
    guard let name, let path, let anchor, let usage else { return nil }
    var certificate = PKIManifest.Certificate(name: name, path: path, anchor: anchor, usage: usage)
    certificate.commonName = values("CommonName", in: section).first?.value
    certificate.dnsNames = dnsNames
    certificate.ipAddresses = addresses
    return certificate
  }

  private mutating func secret(_ section: Section) -> PKIManifest.Secret? {
    checkKeys(section, single: ["Path"], repeated: [])
    return absolutePath("Path", in: section).map { PKIManifest.Secret(path: $0) }
  }

  private mutating func checkKeys(_ section: Section, single: [String], repeated: [String]) {
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

  private func values(_ key: String, in section: Section) -> [Directive] {
    section.directives.filter { $0.key == key && !$0.value.isEmpty }
  }

  private mutating func required(_ key: String, in section: Section) -> String? {
    if let directive = values(key, in: section).first { return directive.value }
    if !section.directives.contains(where: { $0.key == key }) {
      report.error("[\(section.name)] without \(key)=", position: section.position)
    }
    return nil
  }

  private mutating func absolutePath(_ key: String, in section: Section) -> String? {
    guard let path = required(key, in: section) else { return nil }
    guard path.hasPrefix("/") else {
      let place = values(key, in: section).first?.position
      report.error("\(key)= is not an absolute path: \(path.debugDescription)", position: place)
      return nil
    }
    return path
  }

  private mutating func usage(in section: Section) -> PKIManifest.Usage? {
    guard let word = required("Usage", in: section) else { return nil }
    guard let usage = PKIManifest.Usage(rawValue: word) else {
      let known = PKIManifest.Usage.allCases.map(\.rawValue).joined(separator: ", ")
      let place = values("Usage", in: section).first?.position
      report.error("Usage= is one of \(known), not \(word.debugDescription)", position: place)
      return nil
    }
    return usage
  }
}

import Diagnostics
import SystemdUnit

/// Turns sections into a ``PKIManifest``, one fault after another.
struct PKIManifestReader: SettingsReader {
  var report = Report()

  mutating func read(_ bytes: [UInt8]) -> PKIManifest {
    let sections = sections(of: bytes)
    var manifest = PKIManifest(certificates: [])
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
    checkKeys(section, single: ["Path"])
    return absolutePath("Path", in: section).map { PKIManifest.Secret(path: $0) }
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

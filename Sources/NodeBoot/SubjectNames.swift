import SwiftASN1
import X509

/// Whom a certificate speaks for.
struct SubjectNames {
  private(set) var commonNames: [String] = []
  private(set) var dnsNames: [String] = []
  private(set) var ipAddresses: [[UInt8]] = []
  /// Whether the subject alternative names could be read.
  private(set) var isReadable = true

  init(_ certificate: Certificate) {
    for attribute in certificate.subject.lazy.flatMap({ $0 }) where attribute.type == .RDNAttributeType.commonName {
      commonNames.append(attribute.value.description)
    }
    do {
      for name in try certificate.extensions.subjectAlternativeNames ?? SubjectAlternativeNames() {
        switch name {
        case .dnsName(let name): dnsNames.append(name.lowercased())
        case .ipAddress(let address): ipAddresses.append(Array(address.bytes))
        default: break
        }
      }
    } catch {
      isReadable = false
    }
  }

  /// Whether a host of this name would be accepted: equal, or under a wildcard that stands for one whole label (RFC 9525, section 6.3).
  func covers(dnsName: String) -> Bool {
    let wanted = dnsName.lowercased()
    return dnsNames.contains { offered in
      if offered == wanted { return true }
      guard offered.hasPrefix("*."), let dot = wanted.firstIndex(of: "."), dot != wanted.startIndex else {
        return false
      }
      return wanted[dot...] == offered.dropFirst()
    }
  }

  func covers(_ address: IPAddress) -> Bool { ipAddresses.contains(address.bytes) }

  /// What the manifest asks for and the certificate does not have.
  func faults(for wanted: PKIManifest.Certificate) -> [String] {
    var faults: [String] = []
    if let name = wanted.commonName, commonNames != [name] {
      let found = commonNames.isEmpty ? "none" : commonNames.joined(separator: ", ")
      faults.append("the common name is \(found), not \(name)")
    }
    if !isReadable { faults.append("the subject alternative names cannot be read") }
    for name in wanted.dnsNames where !covers(dnsName: name) {
      faults.append("the DNS name \(name) is not among the subject alternative names")
    }
    for address in wanted.ipAddresses where !covers(address) {
      faults.append("the IP address \(address) is not among the subject alternative names")
    }
    return faults
  }
}

import SwiftASN1
import X509

/// The leaf speaks for the server by a subject alternative name; its common name never counts (RFC 9525, section 6).
struct ServerNameCheck: ChainCheck {
  let name: ChainVerification.ServerName

  func faults(in chain: [Certificate]) -> [String] {
    guard let leaf = chain.first else { return [] }
    let names: [GeneralName]
    do {
      names = try Array(leaf.extensions.subjectAlternativeNames ?? SubjectAlternativeNames())
    } catch {
      return ["the subject alternative names of \(leaf.subject.shortName) cannot be read"]
    }
    guard !names.contains(where: { covers($0) }) else { return [] }
    let offered = names.compactMap { Self.text($0) }
    return [
      "\(leaf.subject.shortName) does not speak for \(name): "
        + (offered.isEmpty ? "it has no server names" : "its names are \(offered.joined(separator: ", "))")
    ]
  }

  private func covers(_ offered: GeneralName) -> Bool {
    switch (name, offered) {
    case (.address(let wanted), .ipAddress(let address)): wanted == Array(address.bytes)
    case (.dns(let wanted), .dnsName(let offered)): Self.covers(offered.lowercased(), wanted.lowercased())
    default: false
    }
  }

  /// A wildcard stands for one whole label (RFC 9525, section 6.3).
  private static func covers(_ offered: String, _ wanted: String) -> Bool {
    guard DNSName.isHost(wanted) else { return false }
    if offered == wanted { return true }
    guard offered.hasPrefix("*."), let dot = wanted.firstIndex(of: ".") else { return false }
    return wanted[dot...] == offered.dropFirst()
  }

  private static func text(_ name: GeneralName) -> String? {
    switch name {
    case .dnsName(let name): name
    case .ipAddress(let address): IPAddressText.text(Array(address.bytes))
    default: nil
    }
  }
}

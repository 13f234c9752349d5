import BaseEncodings
import LicenseProtocol
import SystemdUnit

// The syntax of the settings, so that one reader does and a person can look: a section each for what is remembered, the
// bytes in base64.
extension AgentState {
  /// The state as its file has it.
  var text: String {
    var session: [Directive] = [.init("Format", "1"), .init("Epoch", String(license.highestEpoch))]
    if !ratchet.isEmpty { session.append(.init("Ratchet", Base64.string(ratchet))) }
    var sections = [Section("Session", session)]
    if let grant = license.grant {
      sections.append(
        Section(
          "Grant",
          [
            .init("Signed", Base64.string(Array(grant.signed))),
            .init("Signature", Base64.string(Array(grant.signature))), .init("Key", Base64.string(license.grantKey)),
          ]))
    }
    if let time = license.serverTime {
      sections.append(
        Section(
          "ServerTime",
          [
            .init("Time", String(time.nanoseconds)), .init("BootTime", String(license.heard.nanoseconds)),
            .init("BootID", license.bootID),
          ]))
    }
    for (name, configuration) in configurations.sorted(by: { $0.key < $1.key }) {
      let body = configuration.body.isEmpty ? [] : [Directive("Body", Base64.string(configuration.body))]
      sections.append(
        Section("Configuration", [.init("Name", name), .init("Version", String(configuration.version))] + body))
    }
    return UnitFile(sections).text
  }
}

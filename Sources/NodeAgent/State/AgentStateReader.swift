import BaseEncodings
import Diagnostics
import LicenseProtocol
import SwiftProtobuf
import SystemdUnit

/// Reads the state's file.
struct AgentStateReader: SettingsReader {
  var report = Report()

  /// The state, or what speaks against the text in ``report``.
  mutating func read(_ bytes: [UInt8]) -> AgentState {
    var state = AgentState()
    var hasSession = false
    for section in sections(of: bytes) {
      switch section.name {
      case "Session":
        hasSession = true
        checkKeys(section, single: ["Format", "Epoch", "Ratchet"])
        if required("Format", in: section) != "1" {
          report.error("a format that this version does not know", position: section.position)
        }
        state.license.highestEpoch = number("Epoch", in: section) ?? 0
        state.ratchet = values("Ratchet", in: section).isEmpty ? [] : base64("Ratchet", in: section)
      case "Grant": readGrant(section, into: &state)
      case "ServerTime": readServerTime(section, into: &state)
      case "Configuration":
        checkKeys(section, single: ["Name", "Version", "Body"])
        if let name = required("Name", in: section), let version: UInt64 = number("Version", in: section) {
          let body = section.directives.contains { $0.key == "Body" } ? base64("Body", in: section) : []
          state.configurations[name] = .init(version: version, body: body)
        }
      case let name: report.error("unknown section [\(name)]", position: section.position)
      }
    }
    // An empty file is what some file systems make of a rename that was not made durable. Ours was, so it is another's.
    if !hasSession { report.error("no section [Session]") }
    return state
  }

  private mutating func readGrant(_ section: Section, into state: inout AgentState) {
    checkKeys(section, single: ["Signed", "Signature", "Key"])
    let (signed, signature) = (base64("Signed", in: section), base64("Signature", in: section))
    state.license.grant = .with {
      $0.signed = signed.data
      $0.signature = signature.data
    }
    state.license.grantKey = base64("Key", in: section)
  }

  private mutating func readServerTime(_ section: Section, into state: inout AgentState) {
    checkKeys(section, single: ["Time", "BootID", "BootTime"])
    guard let time: Int64 = number("Time", in: section), let heard: UInt64 = number("BootTime", in: section),
      let bootID = required("BootID", in: section)
    else { return }
    state.license.serverTime = ServerTime(nanoseconds: time)
    state.license.heard = BootTime(nanoseconds: heard)
    state.license.bootID = bootID
  }

  private mutating func number<Number: FixedWidthInteger>(_ key: String, in section: Section) -> Number? {
    guard let text = required(key, in: section) else { return nil }
    guard let number = Number(text) else {
      report.error("\(key)= is no number: \(text.debugDescription)", position: section.position)
      return nil
    }
    return number
  }

  private mutating func base64(_ key: String, in section: Section) -> [UInt8] {
    guard let text = required(key, in: section) else { return [] }
    guard let bytes = Base64.bytes(Array(text.utf8)) else {
      report.error("\(key)= is no base64", position: section.position)
      return []
    }
    return bytes
  }
}

public import Diagnostics
public import LicenseProtocol
import SwiftProtobuf
public import SystemdUnit

/// What a key server's double allows its licensees. Read from a file in systemd's syntax, one section for each:
///
///     [Licensee]
///     Name=management-cluster
///     Mode=platform
///     Organisation=org-acme 2 5
///     Lifetime=3600
///     Grace=259200
///
/// `Name` is the common name of the issuer of the operator's certificate. `Organisation` names an organisation, the
/// nodes that are included and the most that there may be (`unlimited` where there is no such number).
public struct EntitlementFile: Sendable, Hashable {
  /// What one licensee may.
  public struct Licensee: Sendable, Hashable {
    /// The common name of the issuer of its operator's certificate.
    public var name: String
    /// Native (no agents), platform or enterprise.
    public var mode: Lowlayer_Keyserver_V1_Mode
    /// Its organisations.
    public var organisations: [Lowlayer_Keyserver_V1_OrganisationEntitlement]
    /// How long an answer is current, in seconds; 3600 where the file does not say.
    public var lifetime: Int64 = 3600
    /// How long after that the operator goes on granting without us, in seconds; 259200, three days, where the file
    /// does
    /// not say.
    public var grace: Int64 = 259_200
  }

  /// By name.
  public var licensees: [String: Licensee] = [:]
}

/// Reads an ``EntitlementFile``.
public struct EntitlementFileReader: SettingsReader {
  /// Everything found.
  public var report = Report()

  /// A reader.
  public init() {}

  /// The licensees in a file's bytes.
  public mutating func read(_ bytes: [UInt8]) -> EntitlementFile {
    var file = EntitlementFile()
    for section in sections(of: bytes) {
      guard section.name == "Licensee" else {
        report.error("unknown section [\(section.name)]", position: section.position)
        continue
      }
      checkKeys(section, single: ["Name", "Mode", "Lifetime", "Grace"], repeated: ["Organisation"])
      guard let name = required("Name", in: section), let mode = mode(in: section) else { continue }
      var licensee = EntitlementFile.Licensee(name: name, mode: mode, organisations: [])
      for directive in values("Organisation", in: section) {
        guard let organisation = Self.organisation(directive.value) else {
          report.error(
            "Organisation= is not NAME INCLUDED LIMIT: \(directive.value.debugDescription)",
            position: directive.position)
          continue
        }
        if licensee.organisations.contains(where: { $0.organisation == organisation.organisation }) {
          report.error("\(organisation.organisation) a second time", position: directive.position)
        }
        licensee.organisations.append(organisation)
      }
      licensee.lifetime = seconds("Lifetime", in: section) ?? licensee.lifetime
      licensee.grace = seconds("Grace", in: section) ?? licensee.grace
      if file.licensees.updateValue(licensee, forKey: name) != nil {
        report.error("a second licensee \(name)", position: section.position)
      }
    }
    return file
  }

  private mutating func mode(in section: Section) -> Lowlayer_Keyserver_V1_Mode? {
    guard let text = required("Mode", in: section) else { return nil }
    let modes: [String: Lowlayer_Keyserver_V1_Mode] = [
      "native": .native, "platform": .platform, "enterprise": .enterprise,
    ]
    guard let mode = modes[text] else {
      report.error(
        "Mode= is not native, platform or enterprise: \(text.debugDescription)",
        position: values("Mode", in: section).first?.position)
      return nil
    }
    return mode
  }

  private mutating func seconds(_ key: String, in section: Section) -> Int64? {
    guard let directive = values(key, in: section).first else { return nil }
    guard let seconds = Int64(directive.value), (1...315_360_000).contains(seconds) else {
      report.error("\(key)= is no number of seconds up to ten years: \(directive.value)", position: directive.position)
      return nil
    }
    return seconds
  }

  private static func organisation(_ text: String) -> Lowlayer_Keyserver_V1_OrganisationEntitlement? {
    let words = text.split { $0 == " " || $0 == "\t" }
    guard words.count == 3, let included = UInt32(words[1]) else { return nil }
    let limit: UInt32
    if words[2] == "unlimited" {
      limit = 0
    } else if let number = UInt32(words[2]), number > 0, number >= included {
      limit = number
    } else {
      return nil
    }
    return .with {
      $0.organisation = String(words[0])
      $0.nodesIncluded = included
      $0.nodesLimit = limit
    }
  }
}

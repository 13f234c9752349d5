public import Diagnostics
public import SystemdUnit

/// What an operator decided about single nodes, and nobody may do on their behalf. Read from a file in systemd's
/// syntax:
///
///     [Consent]
///     LowerAssurance=node-a
///     ReplaceHardware=node-b
///     Release=node-c
///
/// Nodes are named `ORGANISATION/NODE`; each key may stand several times.
public struct Consent: Sendable, Hashable {
  /// Nodes whose key may be held less well than before.
  public var lowerAssurance: Set<String> = []
  /// Nodes that may come with another TPM than the one on record.
  public var replaceHardware: Set<String> = []
  /// Nodes that do not come back: their seats are freed once they hold no lease.
  public var release: Set<String> = []

  /// Nothing is consented to.
  public init() {}
}

/// Reads a ``Consent``.
public struct ConsentReader: SettingsReader {
  /// Everything found.
  public var report = Report()

  /// A reader.
  public init() {}

  /// The consent in a file's bytes.
  public mutating func read(_ bytes: [UInt8]) -> Consent {
    var consent = Consent()
    for section in sections(of: bytes) {
      guard section.name == "Consent" else {
        report.error("unknown section [\(section.name)]", position: section.position)
        continue
      }
      checkKeys(section, single: [], repeated: ["LowerAssurance", "ReplaceHardware", "Release"])
      consent.lowerAssurance.formUnion(nodes("LowerAssurance", in: section))
      consent.replaceHardware.formUnion(nodes("ReplaceHardware", in: section))
      consent.release.formUnion(nodes("Release", in: section))
    }
    return consent
  }

  private mutating func nodes(_ key: String, in section: Section) -> [String] {
    values(key, in: section).compactMap { directive in
      let parts = directive.value.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
        report.error(
          "\(key)= is not ORGANISATION/NODE: \(directive.value.debugDescription)", position: directive.position)
        return nil
      }
      return directive.value
    }
  }
}

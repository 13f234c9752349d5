public import Diagnostics
public import SystemdUnit

/// What a person decided, and nobody may do on their behalf. Read from a file in systemd's syntax:
///
///     [Consent]
///     LowerAssurance=org-acme/node-a
///     ReplaceHardware=org-acme/node-b
///     Release=org-acme/node-c
///     ReleaseBelow=org-acme
///     ReleaseBrake=2026-11-21T19:44:05Z
///
/// Nodes are named `ORGANISATION/NODE`; each key may stand several times. All but the last hold for as long as they
/// stand there: whoever has used one takes it out again.
public struct Consent: Sendable, Hashable {
  /// Nodes whose key may be held less well than before.
  public var lowerAssurance: Set<String> = []
  /// Nodes that may come with another TPM than the one on record.
  public var replaceHardware: Set<String> = []
  /// Nodes that do not come back: their seats are freed once they hold no lease.
  public var release: Set<String> = []
  /// Organisations whose operator below does not come back: the seats that it reported and was promised are freed once
  /// it has no call open.
  public var releaseBelow: Set<String> = []
  /// When the brake on mass expiry began to hold those who may be tainted after all, as its event names it. A release
  /// is for that one time; left in the file it does nothing later.
  public var releaseBrake: Set<String> = []

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
      checkKeys(
        section, single: [],
        repeated: ["LowerAssurance", "ReplaceHardware", "Release", "ReleaseBelow", "ReleaseBrake"])
      consent.lowerAssurance.formUnion(nodes("LowerAssurance", in: section))
      consent.replaceHardware.formUnion(nodes("ReplaceHardware", in: section))
      consent.release.formUnion(nodes("Release", in: section))
      consent.releaseBelow.formUnion(organisations("ReleaseBelow", in: section))
      consent.releaseBrake.formUnion(times("ReleaseBrake", in: section))
    }
    return consent
  }

  /// Times as events have them: `2026-11-21T19:44:05Z`.
  private mutating func times(_ key: String, in section: Section) -> [String] {
    values(key, in: section).compactMap { directive in
      let shape = directive.value.utf8.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) ? 0x30 : $0 }
      guard shape.elementsEqual("0000-00-00T00:00:00Z".utf8) else {
        report.error(
          "\(key)= is not a time as the event has it, 2026-11-21T19:44:05Z: \(directive.value.debugDescription)",
          position: directive.position)
        return nil
      }
      return directive.value
    }
  }

  private mutating func organisations(_ key: String, in section: Section) -> [String] {
    values(key, in: section).compactMap { directive in
      guard !directive.value.isEmpty, !directive.value.contains("/") else {
        report.error("\(key)= is not ORGANISATION: \(directive.value.debugDescription)", position: directive.position)
        return nil
      }
      return directive.value
    }
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

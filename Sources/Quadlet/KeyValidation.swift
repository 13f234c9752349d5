public import Diagnostics
import SystemdUnit

extension QuadletUnit {
  /// Everything wrong with this file for itself, for the generator of `podman`. Errors: a kind, section or key that this
  /// release does not know (it refuses the whole file), and what cannot be written as a file. Warnings: keys of `[Service]`
  /// that fight with quadlet, deprecated keys, and values of which podman drops a part without failing. Findings name the
  /// file and, where it was read from text, line and column.
  public func validate(for podman: PodmanVersion) -> Report {
    var draft = UnitDraft()
    draft.merge(file, named: name)
    var report = Report()
    report.add(contentsOf: file.validate(), in: name)
    KeyValidation(kind: kind, draft: draft, podman: podman).check(name, report: &report)
    WordValidation(kind: kind, draft: draft).check(report: &report)
    return report
  }
}

/// The checks of keys that need nothing but the unit itself.
struct KeyValidation {
  let kind: QuadletUnit.Kind
  let draft: UnitDraft
  let podman: PodmanVersion

  /// Keys of `[Service]` that would change who runs podman (`UnsupportedServiceKeys` in quadlet.go).
  static let unsupportedServiceKeys: Set<String> = ["User", "Group", "DynamicUser"]

  /// Keys that podman-systemd.unit(5) no longer has and the generator still reads.
  static let deprecatedKeys: Set<String> = ["RemapUid", "RemapGid", "RemapUidSize", "RemapUsers", "VolatileTmp"]

  /// Adds what is wrong with the unit of the file `name` to `report`.
  func check(_ name: String, report: inout Report) {
    if kind.keys.since > podman {
      report.error(
        "podman \(podman) has no .\(kind.rawValue) files; they came with \(kind.keys.since)", file: name)
      return
    }
    check(section: kind.section, against: kind.keys, report: &report)
    check(section: "Quadlet", against: .quadlet, report: &report)
    for line in draft.lines(in: "Service") {
      guard let key = line.key, Self.unsupportedServiceKeys.contains(key) else { continue }
      report.warning(
        "using key \(key) in the Service group is not supported - use at your own risk", file: line.origin?.file,
        position: line.origin?.position)
    }
  }

  private func check(section: String, against table: KeyTable, report: inout Report) {
    for line in draft.lines(in: section) {
      guard let key = line.key else { continue }
      let file = line.origin?.file
      let position = line.origin?.position
      if let since = table.since(key) {
        if since > podman {
          report.error(
            "key '\(key)' in group '\(section)' needs podman \(since), and this is for \(podman)", file: file,
            position: position)
        } else if Self.deprecatedKeys.contains(key) {
          report.warning("key '\(key)' in group '\(section)' is deprecated", file: file, position: position)
        }
      } else {
        report.error("unsupported key '\(key)' in group '\(section)'", file: file, position: position)
      }
    }
  }
}

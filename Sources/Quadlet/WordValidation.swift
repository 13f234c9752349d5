import Diagnostics

/// Finds values that podman reads only in part, or not at all, and converts all the same.
struct WordValidation {
  let kind: QuadletUnit.Kind
  let draft: UnitDraft

  /// How a key's value is split into words.
  private enum Style {
    case plain, escaped, assignments
  }

  private static let plainKeys: Set<String> = [
    "AddCapability", "AddDevice", "DropCapability", "GIDMap", "LogOpt", "RemapGid", "RemapUid", "Sysctl", "UIDMap",
  ]
  private static let escapedKeys: Set<String> = [
    "EnvironmentFile", "Exec", "GlobalArgs", "Mask", "Mount", "PodmanArgs", "ReloadCmd", "Secret", "Unmask",
  ]
  private static let assignmentKeys: Set<String> = ["Annotation", "BuildArg", "Environment", "Label"]

  private func style(of key: String) -> Style? {
    if Self.escapedKeys.contains(key) { return .escaped }
    if Self.assignmentKeys.contains(key) || kind == .network && key == "Options" { return .assignments }
    if Self.plainKeys.contains(key) { return .plain }
    return kind == .kube && ["AutoUpdate", "ConfigMap", "Yaml"].contains(key) ? .plain : nil
  }

  /// Adds a warning for every such value to `report`.
  func check(report: inout Report) {
    for line in draft.directives(in: kind.section) {
      guard let key = line.key, let style = style(of: key), let message = loss(in: line.value, style) else { continue }
      report.warning("\(key)=: \(message)", file: line.origin?.file, position: line.origin?.position)
    }
  }

  private func loss(in value: String, _ style: Style) -> String? {
    do {
      let words = style == .plain ? try PodmanWords.plain(value) : try PodmanWords.escaped(value)
      if PodmanWords.isCutShort(value, escapes: style != .plain) {
        return "podman stops reading at the empty quoted word"
      }
      guard style == .assignments, let first = words.firstIndex(where: { $0.contains("=") }),
        let bare = words[first...].first(where: { !$0.contains("=") })
      else { return nil }
      return "'\(bare)' has no '=' and follows an assignment; a value with spaces needs quotes around the assignment"
    } catch {
      return "podman ignores the line: \(error.description)"
    }
  }
}

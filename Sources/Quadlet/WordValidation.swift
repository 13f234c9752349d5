import Diagnostics

/// Finds values that podman reads only in part, or not at all, and converts all the same, or writes so that systemd reads
/// them otherwise.
struct WordValidation {
  let kind: QuadletUnit.Kind
  let draft: UnitDraft

  /// How a key's value is split into words.
  private enum Style {
    case plain, escaped, assignments
  }

  private static let styles: [String: Style] = [
    "AddCapability": .plain, "AddDevice": .plain, "DropCapability": .plain, "GIDMap": .plain, "LogOpt": .plain,
    "RemapGid": .plain, "RemapUid": .plain, "Sysctl": .plain, "UIDMap": .plain,
    "EnvironmentFile": .escaped, "Exec": .escaped, "GlobalArgs": .escaped, "Mask": .escaped, "Mount": .escaped,
    "PodmanArgs": .escaped, "ReloadCmd": .escaped, "Secret": .escaped, "Unmask": .escaped,
    "Annotation": .assignments, "BuildArg": .assignments, "Environment": .assignments, "Label": .assignments,
  ]

  private func style(of key: String) -> Style? {
    if let style = Self.styles[key] { return style }
    if kind == .network, key == "Options" { return .assignments }
    return kind == .kube && ["AutoUpdate", "ConfigMap", "Yaml"].contains(key) ? .plain : nil
  }

  /// Adds a warning for every such value to `report`.
  func check(report: inout Report) {
    for line in draft.lines(in: kind.section) {
      guard let key = line.key, let style = style(of: key), let message = loss(in: line.value, style) else { continue }
      report.warning("\(key)=: \(message)", file: line.origin?.file, position: line.origin?.position)
    }
    // podman reads such a value at the end of a file, prints it as it is, and puts its own lines behind it.
    for group in draft.groups where group.name != kind.section && group.name != "Quadlet" {
      for line in group.lines {
        guard let key = line.key, continues(line.value) else { continue }
        report.warning(
          "\(key)=: ends in a backslash, so systemd takes the next line of the service for a part of it",
          file: line.origin?.file, position: line.origin?.position)
      }
    }
  }

  private func continues(_ value: String) -> Bool {
    value.utf8.reversed().prefix { $0 == UInt8(ascii: "\\") }.count % 2 == 1
  }

  private func loss(in value: String, _ style: Style) -> String? {
    // Without quotes, escapes and NUL there is nothing that podman could misread, but for a word that is no assignment
    // behind one that is.
    let bytes = Array(value.utf8)
    let isOneWord = style != .assignments || !bytes.contains(where: PodmanWords.isSeparator)
    if isOneWord, bytes.allSatisfy(PodmanWords.isOrdinary) { return nil }
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

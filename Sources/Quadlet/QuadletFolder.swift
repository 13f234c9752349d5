import Diagnostics
import SystemdUnit

/// The files of one run, in the order that the generator walks its folder, with the drop-ins of each unit.
struct QuadletFolder {
  private var folders: [String: [QuadletFile]] = [:]
  private var order: [String] = []
  /// Folders whose names end in `.d` by the last part of their path, each list in order: where drop-ins are looked for.
  private var foldersByName: [String: [String]] = [:]

  init(_ files: [QuadletFile]) {
    for file in files {
      let path = UnixPath.clean(file.path)
      let folder = UnixPath.folder(of: path)
      folders[folder, default: []].append(QuadletFile(path: path, bytes: file.bytes))
    }
    for folder in folders.keys {
      // What stands before the name is the same for all.
      folders[folder]?.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }
    // A folder comes before what is in it, and its neighbours in the order of their names' bytes.
    let parts = folders.keys.map { folder in (folder, folder.split(separator: "/").map { Array($0.utf8) }) }
    order = parts.sorted { left, right in
      if left.0 == "." || right.0 == "." { return left.0 == "." && right.0 != "." }
      return left.1.lexicographicallyPrecedes(right.1) { $0.lexicographicallyPrecedes($1) }
    }.map(\.0)
    for folder in order where folder.hasSuffix(".d") {
      foldersByName[UnixPath.name(of: folder), default: []].append(folder)
    }
  }

  /// The units with their drop-ins, as they will be converted. Files that cannot be read go to `report`, and with
  /// each of them everything in the same folder, as with podman.
  func load(root: String, report: inout Report) -> [LoadedUnit] {
    var seen = Set<String>()
    var units: [LoadedUnit] = []
    for folder in order {
      var found: [(QuadletFile, QuadletUnit.Kind, UnitFile)] = []
      var isReadable = true
      for file in folders[folder] ?? [] {
        let name = UnixPath.name(of: file.path)
        guard let kind = QuadletUnit.kind(of: name) else { continue }
        if seen.contains(name) {
          report.warning("ignored: a file of this name comes earlier", file: file.path)
          continue
        }
        guard let unit = read(file, report: &report) else {
          isReadable = false
          continue
        }
        seen.insert(name)
        found.append((file, kind, unit))
      }
      for (file, kind, unit) in found {
        guard isReadable else {
          report.error("not converted: podman skips a folder in which it cannot read a file", file: file.path)
          continue
        }
        var draft = UnitDraft()
        draft.merge(unit, named: file.path)
        mergeDropIns(of: UnixPath.name(of: file.path), into: &draft, report: &report)
        units.append(LoadedUnit(path: file.path, kind: kind, root: root, draft: draft))
      }
    }
    return units
  }

  private func mergeDropIns(of name: String, into draft: inout UnitDraft, report: inout Report) {
    var dropIns: [String: QuadletFile] = [:]
    if foldersByName.isEmpty { return }
    for folder in Self.dropInFolders(of: name).flatMap({ foldersByName[$0] ?? [] }) {
      for file in folders[folder] ?? [] {
        let name = UnixPath.name(of: file.path)
        if UnixPath.suffix(of: name) == ".conf", dropIns[name] == nil { dropIns[name] = file }
      }
    }
    for (_, file) in dropIns.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      if let unit = read(file, report: &report) { draft.merge(unit, named: file.path) }
    }
  }

  private func read(_ file: QuadletFile, report: inout Report) -> UnitFile? {
    var found = Report()
    let unit = UnitFile(parsing: file.bytes, dialect: .podman, report: &found)
    report.add(contentsOf: found, in: file.path)
    return found.hasErrors ? nil : unit
  }

  /// The names of the folders that may hold drop-ins for `name`, most specific first: `a-b@c.container.d`,
  /// `a-b@.container.d`, `a-@.container.d`, `a-.container.d`, `container.d`.
  static func dropInFolders(of name: String) -> [String] {
    let suffix = UnixPath.suffix(of: name)
    let stem = name.dropLast(suffix.count)
    let parts = stem.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let isTemplate = parts.count > 1
    var folders: [String] = [suffix.dropFirst() + ".d"]
    let words = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    for count in 1..<max(words.count, 1) {
      let prefix = words.prefix(count).joined(separator: "-") + "-"
      folders.append(prefix + suffix + ".d")
      if isTemplate { folders.append(prefix + "@" + suffix + ".d") }
    }
    if isTemplate, !parts[1].isEmpty { folders.append(parts[0] + "@" + suffix + ".d") }
    folders.append(name + ".d")
    return folders.reversed()
  }
}

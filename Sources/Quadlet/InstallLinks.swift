/// The links that take the place of `systemctl enable`, which does not work on generated units.
enum InstallLinks {
  /// Path to target of the links for `service`, from the `[Install]` section of its draft.
  static func links(for service: String, of draft: UnitDraft) -> [(path: String, target: String)] {
    let install = KeyLookup("Install", of: draft)
    var paths = install.words("Alias").map(UnixPath.clean)
    if let name = instance(of: service, install: install) {
      let kinds: KeyValuePairs = ["WantedBy": "wants", "RequiredBy": "requires", "UpheldBy": "upholds"]
      for (key, suffix) in kinds {
        for unit in install.words(key) where !unit.utf8.contains(UInt8(ascii: "/")) {
          paths.append("\(unit).\(suffix)/\(name)")
        }
      }
    }
    // A link outside the output folder has no relative target.
    return paths.filter { !$0.hasPrefix("/") && !$0.hasPrefix("../") }.map { path in
      (path, String(repeating: "../", count: path.utf8.split(separator: UInt8(ascii: "/")).count - 1) + service)
    }
  }

  /// The name under which `service` can be started: a template needs the instance that `DefaultInstance=` names.
  private static func instance(of service: String, install: KeyLookup) -> String? {
    let suffix = UnixPath.suffix(of: service)
    let stem = service.dropLast(suffix.count)
    guard let at = stem.utf8.firstIndex(of: UInt8(ascii: "@")), stem[at...] == "@" else { return service }
    return install.string("DefaultInstance").map { "\(stem)\($0)\(suffix)" }
  }
}

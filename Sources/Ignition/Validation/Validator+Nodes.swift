extension Validator {
  mutating func check(_ file: IgnitionConfig.File) {
    checkNode(file.path, file.user, file.group)
    checkMode(file.mode)
    if file.overwrite == true, file.contents.source == nil {
      error("overwrite must be false if source is unspecified", at: "overwrite")
    }
    inside("contents") { $0.check(file.contents) }
    each("append", file.append) { $0.check($1) }
  }

  mutating func check(_ directory: IgnitionConfig.Directory) {
    checkNode(directory.path, directory.user, directory.group)
    checkMode(directory.mode)
  }

  mutating func check(_ link: IgnitionConfig.Link) {
    checkNode(link.path, link.user, link.group)
    if spec >= .v33, (link.target ?? "").isEmpty { return error("link target is required", at: "target") }
    guard link.hard == true else { return }
    let owners = [
      ("user", "id", link.user.id == nil), ("user", "name", link.user.name == nil),
      ("group", "id", link.group.id == nil), ("group", "name", link.group.name == nil),
    ]
    for (owner, member, isAbsent) in owners where !isAbsent {
      warning("user/group ignored for hard link", at: .key(owner), .key(member))
    }
  }

  private mutating func checkNode(_ path: String, _ user: IgnitionConfig.NodeUser, _ group: IgnitionConfig.NodeGroup) {
    error(CleanPath.fault(path), at: "path")
    if user.id != nil, user.name?.isEmpty == false { error("cannot set both id and name", at: "user") }
    if group.id != nil, group.name?.isEmpty == false { error("cannot set both id and name", at: "group") }
  }

  private mutating func checkMode(_ mode: Int?) {
    guard let mode else { return }
    if mode < 0 || mode > 0o7777 { error("illegal file mode", at: "mode") }
    if spec < .v36, mode & 0o7000 != 0 {
      warning(
        "setuid/setgid/sticky bits are not supported or functional in spec versions older than 3.6.0", at: "mode")
    }
  }

  /// Nothing may lie under a link, and no hard link may lead to a directory.
  mutating func checkLinks(_ storage: IgnitionConfig.Storage) {
    if storage.links.isEmpty { return }
    let links = Set(storage.links.map { ExactText($0.path) })
    // Only as much of a path is looked up as some link's path is long.
    let lengths = Set(storage.links.map(\.path.utf8.count))
    let lists = [
      ("directories", storage.directories.map(\.path), "directory path includes link in config"),
      ("files", storage.files.map(\.path), "file path includes link in config"),
      ("links", storage.links.map(\.path), "link path includes link in config"),
    ]
    for (list, paths, message) in lists {
      for (index, path) in paths.enumerated() {
        let bytes = Array(path.utf8)
        let slashes = bytes.indices.filter { bytes[$0] == UInt8(ascii: "/") && lengths.contains($0) }
        if slashes.contains(where: { links.contains(ExactText(bytes[..<$0])) }) {
          error(message, at: .key(list), .index(index))
        }
      }
    }
    let directories = Set(storage.directories.map { ExactText($0.path) })
    for (index, link) in storage.links.enumerated() where link.hard == true {
      let target = link.target ?? ""
      if target.isEmpty, spec >= .v33 { continue }
      let whole = target.utf8.first == UInt8(ascii: "/") ? target : "\(link.path)/\(target)"
      if directories.contains(ExactText(CleanPath.cleaned(whole))) {
        error("hard link target is a directory", at: "links", .index(index))
      }
    }
  }
}

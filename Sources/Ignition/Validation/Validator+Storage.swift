extension Validator {
  mutating func check(_ storage: IgnitionConfig.Storage) {
    unique(("disks", storage.disks.map(\.mergeKey)))
    unique(("raid", storage.raid.map(\.mergeKey)))
    unique(("luks", storage.luks.map(\.mergeKey)))
    unique(("filesystems", storage.filesystems.map(\.mergeKey)))
    unique(
      ("directories", storage.directories.map(\.mergeKey)), ("files", storage.files.map(\.mergeKey)),
      ("links", storage.links.map(\.mergeKey)))
    each("disks", storage.disks) { $0.check($1) }
    each("raid", storage.raid) { $0.check($1) }
    each("luks", storage.luks) { $0.check($1) }
    each("filesystems", storage.filesystems) { $0.check($1) }
    each("files", storage.files) { $0.check($1) }
    each("directories", storage.directories) { $0.check($1) }
    each("links", storage.links) { $0.check($1) }
    checkLinks(storage)
    checkFilesystemsOnDisks(storage)
  }

  private mutating func check(_ raid: IgnitionConfig.Raid) {
    switch raid.level ?? "" {
    case "" where spec >= .v33: error("raid level is required", at: "level")
    case "linear", "raid0", "0", "stripe":
      if let spares = raid.spares, spares != 0 {
        error("spares unsupported for linear and raid0 arrays", at: "level")
      }
    case "raid1", "1", "mirror", "raid4", "4", "raid5", "5", "raid6", "6", "raid10", "10": break
    default: error("unrecognized raid level", at: "level")
    }
    if raid.devices.isEmpty { error("raid devices required", at: "devices") }
    unique(("devices", raid.devices.map(\.mergeKey)))
    each("devices", raid.devices) { $0.error(CleanPath.fault($1)) }
  }

  private mutating func check(_ filesystem: IgnitionConfig.Filesystem) {
    if let path = filesystem.path, !path.isEmpty { error(CleanPath.fault(path), at: "path") }
    error(CleanPath.fault(filesystem.device), at: "device")
    let label = filesystem.label ?? ""
    let format = filesystem.format ?? ""
    if format.isEmpty {
      let isNamed = [filesystem.path, filesystem.label, filesystem.uuid].contains { $0?.isEmpty == false }
      let hasOptions = !filesystem.options.isEmpty || !filesystem.mountOptions.isEmpty
      if isNamed || hasOptions || filesystem.wipeFilesystem == true {
        error(
          "format cannot be empty when path, label, uuid, wipeFilesystem, options, or mountOptions is specified",
          at: "format")
      }
      if !label.isEmpty { error("filesystem must specify format if label is specified", at: "label") }
      return
    }
    let longestLabels = ["ext4": 16, "btrfs": 256, "xfs": 12, "swap": 15, "vfat": 11]
    if let longest = longestLabels[format] {
      if label.utf8.count > longest {
        error("filesystem labels cannot be longer than \(longest) characters when using \(format)", at: "label")
      }
    } else if format != "none" || spec < .v33 {
      error("invalid filesystem format", at: "format")
    }
  }

  // The last disk of a name counts, as in the map that Ignition makes of them.
  private mutating func checkFilesystemsOnDisks(_ storage: IgnitionConfig.Storage) {
    let disks = Dictionary(storage.disks.map { (ExactText($0.device), $0) }) { _, last in last }
    for (index, filesystem) in storage.filesystems.enumerated() {
      guard let disk = disks[ExactText(filesystem.device)] else { continue }
      if !disk.partitions.isEmpty {
        warning("filesystem overwrites partitioned device", at: "filesystems", .index(index), "device")
      } else if filesystem.wipeFilesystem != true, disk.wipeTable == true {
        warning(
          "device matches disk with wipeTable enabled; filesystem will be wiped", at: "filesystems", .index(index),
          "device")
      }
    }
  }
}

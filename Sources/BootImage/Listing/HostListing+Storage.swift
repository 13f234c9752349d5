import Diagnostics
import Ignition

extension HostListing {
  static func disks(_ storage: IgnitionConfig.Storage) -> [Section] {
    let disks = storage.disks.map { disk in
      Entry(
        disk.device, cells: [disk.wipeTable == true ? "wiped" : "kept"],
        members: [.init("wipeTable", .boolean(disk.wipeTable ?? false))])
    }
    let partitions = storage.disks.flatMap { disk in
      disk.partitions.map { partition in
        let number = partition.number == 0 ? "next free" : String(partition.number)
        let size = partition.sizeMiB.map { $0 == 0 ? "the rest" : "\($0) MiB" } ?? "as it is"
        let state = partition.shouldExist == false ? "removed" : partition.resize == true ? "resized" : "there"
        return Entry(
          partition.label ?? "partition \(number)", cells: [disk.device, number, size, state],
          members: [
            .init("device", .string(disk.device)), .init("number", .integer(partition.number)),
            .init("sizeMiB", partition.sizeMiB.map { .integer($0) } ?? .null),
            .init("startMiB", partition.startMiB.map { .integer($0) } ?? .null),
            .init("shouldExist", .boolean(partition.shouldExist ?? true)),
            .init("resize", .boolean(partition.resize ?? false)),
            .init("wipePartitionEntry", .boolean(partition.wipePartitionEntry ?? false)),
          ])
      }
    }
    let raid = storage.raid.map { array in
      Entry(
        array.name, cells: [array.level ?? "", array.devices.joined(separator: " ")],
        members: [
          .init("level", array.level.map { .string($0) } ?? .null),
          .init("devices", .array(array.devices.map { .string($0) })),
          .init("spares", .integer(array.spares ?? 0)),
        ])
    }
    let luks = storage.luks.map { volume in
      let keys = unlocking(volume)
      return Entry(
        volume.name,
        cells: [
          volume.device ?? "", volume.wipeVolume == true ? "wiped" : "kept",
          keys.isEmpty ? "a key of its own" : keys.joined(separator: ", "),
        ],
        members: [
          .init("device", volume.device.map { .string($0) } ?? .null),
          .init("wipeVolume", .boolean(volume.wipeVolume ?? false)),
          .init("unlockedBy", .array(keys.map { .string($0) })),
        ])
    }
    let filesystems = storage.filesystems.map { filesystem in
      Entry(
        filesystem.path ?? "(not mounted)",
        cells: [filesystem.device, filesystem.format ?? "any", filesystem.wipeFilesystem == true ? "wiped" : "kept"],
        members: [
          .init("device", .string(filesystem.device)), .init("format", filesystem.format.map { .string($0) } ?? .null),
          .init("label", filesystem.label.map { .string($0) } ?? .null),
          .init("wipeFilesystem", .boolean(filesystem.wipeFilesystem ?? false)),
        ])
    }
    return [
      Section(title: "disks", key: "disks", entries: disks),
      Section(title: "partitions", key: "partitions", entries: partitions),
      Section(title: "RAID arrays", key: "raid", entries: raid),
      Section(title: "encrypted volumes", key: "luks", entries: luks),
      Section(title: "file systems", key: "filesystems", entries: filesystems),
    ]
  }

  private static func unlocking(_ volume: IgnitionConfig.Luks) -> [String] {
    var keys: [String] = []
    if volume.clevis.tpm2 == true { keys.append("TPM") }
    keys += volume.clevis.tang.map { "Tang \($0.url)" }
    if let pin = volume.clevis.custom.pin { keys.append("Clevis \(pin)") }
    if volume.cex.enabled == true { keys.append("CEX") }
    if volume.keyFile.source != nil { keys.append("key file") }
    return keys
  }

  static func nodes(_ storage: IgnitionConfig.Storage) -> [Section] {
    let directories = storage.directories.map { directory in
      let (mode, owner) = (octal(directory.mode, 0o755), owner(directory.user, directory.group))
      return Entry(
        directory.path, cells: [mode, owner], members: [.init("mode", .string(mode)), .init("owner", .string(owner))])
    }
    let files = storage.files.map(entry(of:))
    let links = storage.links.map { link in
      let kind = link.hard == true ? "hard link" : "link"
      return Entry(
        link.path, cells: [kind, owner(link.user, link.group)],
        members: [
          .init("target", link.target.map { .string($0) } ?? .null),
          .init("hard", .boolean(link.hard ?? false)), .init("owner", .string(owner(link.user, link.group))),
        ], arrow: link.target)
    }
    return [
      Section(title: "directories", key: "directories", entries: directories),
      Section(title: "files", key: "files", entries: files),
      Section(title: "links", key: "links", entries: links),
    ]
  }

  private static func entry(of file: IgnitionConfig.File) -> Entry {
    let (mode, owner) = (octal(file.mode, 0o644), owner(file.user, file.group))
    let parts = [("", file.contents)] + file.append.map { ("append", $0) }
    var contents: [Content] = []
    var elsewhere: [String] = []
    for (label, resource) in parts {
      guard let source = resource.source else { continue }
      guard resource.isInline else {
        elsewhere.append(source)
        continue
      }
      do throws(DataURLError) {
        contents.append(Content(label: label, path: file.path, bytes: try resource.inlineBytes()))
      } catch {
        elsewhere.append("cannot be unpacked: \(error)")
      }
    }
    // A file of which nothing is said is made empty, or left as it is.
    let size = contents.reduce(0) { $0 + $1.bytes.count }
    let cell = elsewhere.isEmpty ? String(size) : contents.isEmpty ? "?" : "\(size)+?"
    return Entry(
      file.path, cells: [mode, owner, leading(cell)],
      members: [
        .init("mode", .string(mode)), .init("owner", .string(owner)),
        .init("size", elsewhere.isEmpty ? .integer(size) : .null),
        .init("overwrite", .boolean(file.overwrite ?? false)), .init("appended", .integer(file.append.count)),
        .init("elsewhere", .array(elsewhere.map { .string($0) })),
        .init("hash", file.contents.verification.hash.map { .string($0) } ?? .null),
      ], contents: contents, elsewhere: elsewhere, path: file.path)
  }

  /// Sizes stand to the right of their column: no file of a config has more than eight digits of bytes.
  private static func leading(_ cell: String) -> String {
    String(repeating: " ", count: max(0, 8 - cell.utf8.count)) + cell
  }

  /// `mode` as chmod(1) takes it: `0644`.
  private static func octal(_ mode: Int?, _ usual: Int) -> String {
    let digits = String(mode ?? usual, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }

  /// `root:root`; a number where the config gives another one than 0.
  private static func owner(_ user: IgnitionConfig.NodeUser, _ group: IgnitionConfig.NodeGroup) -> String {
    func name(_ name: String?, _ id: Int?) -> String { name ?? (id ?? 0 == 0 ? "root" : String(id ?? 0)) }
    return "\(name(user.name, user.id)):\(name(group.name, group.id))"
  }
}

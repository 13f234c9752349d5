import Ignition
import SystemdUnit

extension NodePlan {
  /// Partitions, LUKS volumes and file systems of the node.
  ///
  /// Fedora CoreOS moves its root file system into memory while Ignition re-creates it, so `root` can be encrypted on the first boot ("Configuring
  /// Storage", Fedora CoreOS). Where the cluster file names the disk, `/var` gets the rest of it: containers, logs and etcd cannot fill the root.
  func storage() -> IgnitionConfig.Storage {
    var storage = IgnitionConfig.Storage()
    let isEncrypted = isDiskEncrypted
    if let disk = node.disk {
      storage.disks = [
        .init(
          device: disk, wipeTable: false,
          partitions: [
            // Partition 4 is the root in every Fedora CoreOS image for disks.
            .init(label: "root", number: 4, sizeMiB: image.disk.rootMiB, resize: true),
            .init(label: "var", number: 0, sizeMiB: 0),
          ])
      ]
    }
    if isEncrypted {
      storage.luks = volumes.map { volume in
        .init(
          name: volume, device: "/dev/disk/by-partlabel/\(volume)", label: "luks-\(volume)", wipeVolume: true,
          clevis: .init(tpm2: true))
      }
      storage.filesystems.append(
        .init(device: "/dev/mapper/root", format: "xfs", wipeFilesystem: true, label: "root"))
    }
    if node.disk != nil {
      storage.filesystems.append(
        .init(device: varDevice, format: "xfs", path: "/var", wipeFilesystem: isEncrypted, label: "var"))
    }
    return storage
  }

  private var volumes: [String] { ["root"] + (node.disk == nil ? [] : ["var"]) }

  private var varDevice: String {
    isDiskEncrypted ? "/dev/mapper/var" : "/dev/disk/by-partlabel/var"
  }

  /// The mount of `/var` on later boots; on the first one Ignition has it mounted already.
  func addVarMount(to content: inout NodeContent) {
    guard let disk = node.disk else { return }
    let check = "systemd-fsck@\(UnitName.escape(path: varDevice)).service"
    content.add(
      unit: "var.mount", .enabled,
      UnitFile([
        .init(
          "Unit",
          [
            .init("Description", "LOW-LAYER: /var on the rest of \(disk)"), .init("Requires", check),
            .init("After", check),
          ]),
        .init("Mount", [.init("Where", "/var"), .init("What", varDevice), .init("Type", "xfs")]),
        .init("Install", [.init("RequiredBy", "local-fs.target")]),
      ]),
      Origin(
        "Keeps containers, logs and etcd off the root file system.", node.input("disk"), .image("disk")))
  }
}

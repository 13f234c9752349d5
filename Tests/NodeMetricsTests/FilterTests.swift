import HostFS
import Testing

@testable import NodeMetrics

@Suite("What is left out")
struct FilterTests {
  @Test(
    "partitions, loop devices and RAM disks are left out, whole devices are not",
    arguments: [
      ("sda", false), ("sda1", true), ("sdaa12", true), ("vda", false), ("vda1", true), ("xvda1", true), ("hdb3", true),
      ("nvme0n1", false), ("nvme0n1p2", true), ("nvme10n2p15", true), ("loop0", true), ("ram15", true), ("zram0", true),
      ("fd0", true), ("dm-0", false), ("md127", false), ("mmcblk0", false), ("sr0", false), ("nbd0", false),
      ("sd", false),
      ("sd1", false), ("nvmep1", false), ("p1", false), ("1", false), ("", false),
    ])
  func disks(name: String, isLeftOut: Bool) {
    #expect(Array(name.utf8).withUnsafeBytes { DiskCollector.isLeftOut(ByteText($0)) } == isLeftOut)
  }

  @Test(
    "mounts that hold nothing of the node's are left out",
    arguments: [
      ("/", "ext4", false), ("/dev/shm", "tmpfs", true), ("/dev", "tmpfs", true), ("/devices", "ext4", false),
      ("/proc/fs/nfsd", "nfsd", true), ("/sys", "x", true), ("/var/lib/docker/x", "ext4", true),
      ("/var/lib/docker", "ext4", false),
      ("/var/lib/kubelet", "xfs", false), ("/var/lib/kubelet/pods/1/v", "tmpfs", true), ("/merged", "overlay", true),
      ("/net", "autofs", true), ("/run", "tmpfs", false), ("/run/credentials/a.service", "ramfs", true),
      ("/snap", "squashfs", true),
    ])
  func mounts(mountPoint: String, type: String, isLeftOut: Bool) {
    let mount = Mount(
      device: "d", mountPoint: mountPoint, type: type, major: 0, minor: 1, root: "/", isReadOnly: false,
      wasForcedReadOnly: false)
    #expect(FilesystemFilter.leavesOut(mount) == isLeftOut)
  }

  @Test(
    "a line of mountinfo is what proc(5) says it is",
    arguments: [
      (
        "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue", "/dev/root", "/mnt2", false,
        false
      ),
      ("36 35 98:0 / /a\\040b\\011c\\134d rw - ext4 /dev/x rw", "/dev/x", "/a b\tc\\d", false, false),
      (
        "36 35 98:0 / /x ro shared:1 master:2 propagate_from:3 unbindable - ext4 /dev/x rw", "/dev/x", "/x", true, false
      ),
      ("36 35 98:0 / /x rw,nosuid - ext4 /dev/x ro,errors=remount-ro", "/dev/x", "/x", true, true),
      ("36 35 98:0 / /x rw - ext4 /dev/x rw,ro_something", "/dev/x", "/x", false, false),
      ("36 35 0:5 / /x rw - tmpfs  rw,size=4k", "", "/x", false, false),
    ])
  func mountinfo(line: String, device: String, mountPoint: String, isReadOnly: Bool, isForced: Bool) throws {
    let mount = try Array(line.utf8).withUnsafeBytes { try Mount.parse(ByteText($0), 1) }
    #expect(mount.device == device && mount.mountPoint == mountPoint)
    #expect(mount.isReadOnly == isReadOnly && mount.wasForcedReadOnly == isForced)
  }

  @Test(
    "a chip is named after the device that it sits on",
    arguments: [
      ("../../devices/platform/coretemp.0/hwmon/hwmon0", "../../../coretemp.0", "platform_coretemp_0"),
      ("../../devices/pci0000:00/0000:00:1d.0/0000:3d:00.0/nvme/nvme0/hwmon1", "../../nvme0", "nvme_nvme0"),
      ("../../devices/pci0000:00/0000:00:18.3/hwmon/hwmon2", "../../../0000:00:18.3", "pci0000:00_0000:00:18_3"),
      ("hwmon0", "../../../../../x", nil),
    ] as [(String, String, String?)])
  func chips(link: String, device: String, name: String?) {
    #expect(SensorCollector.place(link: link, device: device, driver: nil) == name)
  }
}

import HostFS

extension MetricWriter {
  mutating func write(_ reading: DiskReading) {
    family("node_disk_info", .info, "Device numbers of a block device.")
    for disk in reading.disks {
      sample(
        MetricValue(true), MetricLabel("device", disk.name), MetricLabel("major", String(disk.major)),
        MetricLabel("minor", String(disk.minor)))
    }
    each(reading, "node_disk_reads_completed_total", .counter, "Reads completed.") { MetricValue($0.reads) }
    each(reading, "node_disk_reads_merged_total", .counter, "Reads merged.") { MetricValue($0.readsMerged) }
    each(reading, "node_disk_read_bytes_total", .counter, "Bytes read.") { Self.sectors($0.sectorsRead) }
    each(reading, "node_disk_read_time_seconds_total", .counter, "Time that all reads took.") {
      MetricValue($0.readTime, places: 3)
    }
    each(reading, "node_disk_writes_completed_total", .counter, "Writes completed.") { MetricValue($0.writes) }
    each(reading, "node_disk_writes_merged_total", .counter, "Writes merged.") { MetricValue($0.writesMerged) }
    each(reading, "node_disk_written_bytes_total", .counter, "Bytes written.") { Self.sectors($0.sectorsWritten) }
    each(reading, "node_disk_write_time_seconds_total", .counter, "Time that all writes took.") {
      MetricValue($0.writeTime, places: 3)
    }
    each(reading, "node_disk_io_now", .gauge, "Requests in flight.") { MetricValue($0.inFlight) }
    each(reading, "node_disk_io_time_seconds_total", .counter, "Time during which anything was in flight.") {
      MetricValue($0.ioTime, places: 3)
    }
    each(reading, "node_disk_io_time_weighted_seconds_total", .counter, "The same, times how much was in flight.") {
      MetricValue($0.weightedTime, places: 3)
    }
    each(reading, "node_disk_discards_completed_total", .counter, "Discards completed.") {
      $0.discards.map { MetricValue($0.completed) }
    }
    each(reading, "node_disk_discards_merged_total", .counter, "Discards merged.") {
      $0.discards.map { MetricValue($0.merged) }
    }
    each(reading, "node_disk_discarded_sectors_total", .counter, "Sectors discarded.") {
      $0.discards.map { MetricValue($0.sectors) }
    }
    each(reading, "node_disk_discard_time_seconds_total", .counter, "Time that all discards took.") {
      $0.discards.map { MetricValue($0.time, places: 3) }
    }
    each(reading, "node_disk_flush_requests_total", .counter, "Flushes completed.") {
      $0.flushes.map { MetricValue($0.completed) }
    }
    each(reading, "node_disk_flush_requests_time_seconds_total", .counter, "Time that all flushes took.") {
      $0.flushes.map { MetricValue($0.time, places: 3) }
    }
  }

  mutating func write(_ reading: FilesystemReading) {
    each(reading, "node_filesystem_size_bytes", "Size.") { $0.space.reading.map { MetricValue($0.size) } }
    each(reading, "node_filesystem_free_bytes", "Bytes not in use.") { $0.space.reading.map { MetricValue($0.free) } }
    each(reading, "node_filesystem_avail_bytes", "Bytes that a user without privileges may write.") {
      $0.space.reading.map { MetricValue($0.available) }
    }
    each(reading, "node_filesystem_files", "Inodes that it can hold.") {
      $0.space.reading.map { MetricValue($0.files) }
    }
    each(reading, "node_filesystem_files_free", "Inodes not in use.") {
      $0.space.reading.map { MetricValue($0.filesFree) }
    }
    each(reading, "node_filesystem_readonly", "Whether it cannot be written to.") { MetricValue($0.isReadOnly) }
    each(reading, "node_filesystem_device_error", "Whether it could not be asked for its space.") {
      MetricValue($0.space.reading == nil)
    }
    each(reading, "lowlayer_filesystem_forced_readonly", "Whether it was mounted writable and is read-only now.") {
      MetricValue($0.wasForcedReadOnly)
    }
    family("node_filesystem_mount_info", .info, "Device numbers of a mount.")
    for mount in reading.mounts {
      sample(
        MetricValue(true), MetricLabel("device", mount.device), MetricLabel("major", String(mount.major)),
        MetricLabel("minor", String(mount.minor)), MetricLabel("mountpoint", mount.mountPoint))
    }
    family("lowlayer_filesystem_duplicate", .gauge, "1 for a mount whose device another mount point shows as well.")
    for mount in reading.mounts {
      guard let first = mount.duplicateOf else { continue }
      sample(MetricValue(true), MetricLabel("mountpoint", mount.mountPoint), MetricLabel("of", first))
    }
  }

  mutating func write(_ reading: ArrayReading) {
    each(reading, "node_md_blocks", "Size in KiB.") { MetricValue($0.blocks) }
    each(reading, "node_md_blocks_synced", "How much of it is in step, in KiB.") { MetricValue($0.blocksSynced) }
    each(reading, "node_md_disks_required", "Disks that it should have.") {
      ($0.disksRequired ?? $0.disksActive).value
    }
    family("node_md_disks", .gauge, "Disks of an array in each state.")
    for array in reading.arrays {
      let device = MetricLabel("device", array.name)
      sample(array.disksActive.value, device, MetricLabel("state", "active"))
      sample(array.disksFailed.value, device, MetricLabel("state", "failed"))
      sample(array.disksSpare.value, device, MetricLabel("state", "spare"))
    }
    family("node_md_state", .gauge, "Which state an array is in.")
    for array in reading.arrays {
      let current = array.isActive ? (array.activity.map(Self.activityState) ?? "active") : "inactive"
      for state in ["active", "check", "inactive", "recovering", "reshaping", "resync"] {
        sample(MetricValue(state == current), MetricLabel("device", array.name), MetricLabel("state", state))
      }
    }
    family("lowlayer_md_degraded_disks", .gauge, "Disks that an array misses.")
    for array in reading.arrays { sample(array.degraded.map { MetricValue($0) }, MetricLabel("device", array.name)) }
    family("lowlayer_md_mismatched_sectors", .gauge, "Sectors that differed at the last check of an array.")
    for array in reading.arrays { sample(array.mismatches.map { MetricValue($0) }, MetricLabel("device", array.name)) }
  }

  mutating func write(_ reading: NVMeReading) {
    family("node_nvme_info", .info, "What an NVMe controller is.")
    for controller in reading.controllers {
      sample(
        MetricValue(true), MetricLabel("device", controller.name),
        MetricLabel("firmware_revision", controller.firmwareRevision ?? ""),
        MetricLabel("model", controller.model ?? ""), MetricLabel("serial", controller.serial ?? ""),
        MetricLabel("state", controller.state ?? ""))
    }
    family("lowlayer_nvme_live", .gauge, "Whether an NVMe controller works.")
    for controller in reading.controllers {
      sample(controller.state.map { MetricValue($0 == "live") }, MetricLabel("device", controller.name))
    }
  }

  private mutating func each(
    _ reading: DiskReading, _ name: StaticString, _ type: MetricType, _ help: StaticString,
    _ value: (DiskReading.Disk) -> MetricValue?
  ) {
    family(name, type, help)
    for disk in reading.disks { sample(value(disk), MetricLabel("device", disk.name)) }
  }

  private mutating func each(
    _ reading: FilesystemReading, _ name: StaticString, _ help: StaticString, _ value: (Mount) -> MetricValue?
  ) {
    family(name, .gauge, help)
    for mount in reading.mounts {
      sample(
        value(mount), MetricLabel("device", mount.device), MetricLabel("device_error", Self.deviceError(mount.space)),
        MetricLabel("fstype", mount.type), MetricLabel("mountpoint", mount.mountPoint))
    }
  }

  private mutating func each(
    _ reading: ArrayReading, _ name: StaticString, _ help: StaticString, _ value: (ArrayReading.MDArray) -> MetricValue
  ) {
    family(name, .gauge, help)
    for array in reading.arrays { sample(value(array), MetricLabel("device", array.name)) }
  }

  /// One of a few texts: one with a number in it would make a new series of every sample.
  private static func deviceError(_ space: Outcome<FileSystemSpace>) -> String {
    switch space {
    case .measured: ""
    case .failed(.overdue): "no answer"
    case .failed(.notTried): "not tried"
    case .failed(.unreadable(let error)), .unavailable(.unreadable(let error)): "\(error.cause)"
    case .failed, .unavailable: "unavailable"
    }
  }

  private static func activityState(_ activity: String) -> String {
    switch activity {
    case "recovery": "recovering"
    case "reshape": "reshaping"
    default: activity
    }
  }

  private static func sectors(_ count: UInt64) -> MetricValue { MetricValue(count.multipliedSaturating(by: 512)) }
}

extension UInt64 {
  fileprivate var value: MetricValue { MetricValue(self) }
}

import Diagnostics
import HostFS

extension DiskReading {
  var json: JSONText { .each(disks, \.json) }
}

extension DiskReading.Disk {
  var json: JSONText {
    .object([
      .init("name", .string(name)), .init("major", .number(major)), .init("minor", .number(minor)),
      .init("reads", .number(reads)), .init("reads_merged", .number(readsMerged)),
      .init("read_bytes", .number(sectorsRead.multipliedSaturating(by: 512))), .init("read_ms", .number(readTime)),
      .init("writes", .number(writes)), .init("writes_merged", .number(writesMerged)),
      .init("written_bytes", .number(sectorsWritten.multipliedSaturating(by: 512))),
      .init("write_ms", .number(writeTime)), .init("in_flight", .number(inFlight)), .init("io_ms", .number(ioTime)),
      .init("weighted_ms", .number(weightedTime)), .init("discards", discards?.json ?? .null),
      .init("flushes", flushes?.json ?? .null),
    ])
  }
}

extension DiskReading.Discards {
  var json: JSONText {
    .object([
      .init("completed", .number(completed)), .init("merged", .number(merged)),
      .init("bytes", .number(sectors.multipliedSaturating(by: 512))), .init("ms", .number(time)),
    ])
  }
}

extension DiskReading.Flushes {
  var json: JSONText { .object([.init("completed", .number(completed)), .init("ms", .number(time))]) }
}

extension FilesystemReading {
  var json: JSONText { .each(mounts, \.json) }
}

extension Mount {
  var json: JSONText {
    .object([
      .init("mountpoint", .string(mountPoint)), .init("device", .string(device)), .init("type", .string(type)),
      .init("major", .number(major)), .init("minor", .number(minor)), .init("root", .string(root)),
      .init("read_only", .boolean(isReadOnly)), .init("forced_read_only", .boolean(wasForcedReadOnly)),
      .init("duplicate_of", .text(duplicateOf)), .init("space", space.json(\.json)),
    ])
  }
}

extension FileSystemSpace {
  var json: JSONText {
    .object([
      .init("size_bytes", .number(size)), .init("free_bytes", .number(free)),
      .init("available_bytes", .number(available)), .init("files", .number(files)),
      .init("files_free", .number(filesFree)),
    ])
  }
}

extension ArrayReading {
  var json: JSONText { .each(arrays, \.json) }
}

extension ArrayReading.MDArray {
  var json: JSONText {
    .object([
      .init("name", .string(name)), .init("active", .boolean(isActive)), .init("activity", .text(activity)),
      .init("level", .text(level)), .init("size_kib", .number(blocks)), .init("synced_kib", .number(blocksSynced)),
      .init("disks_required", .number(disksRequired)), .init("disks_active", .number(disksActive)),
      .init("disks_failed", .number(disksFailed)), .init("disks_spare", .number(disksSpare)),
      .init("disks_missing", .number(degraded)), .init("state", .text(state)),
      .init("mismatched_sectors", .number(mismatches)),
    ])
  }
}

extension NVMeReading {
  var json: JSONText {
    .each(controllers) { controller in
      .object([
        .init("name", .string(controller.name)), .init("state", .text(controller.state)),
        .init("model", .text(controller.model)), .init("firmware_revision", .text(controller.firmwareRevision)),
        .init("serial", .text(controller.serial)), .init("transport", .text(controller.transport)),
      ])
    }
  }
}

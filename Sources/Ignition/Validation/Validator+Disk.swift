import BaseEncodings

extension Validator {
  mutating func check(_ disk: IgnitionConfig.Disk) {
    unique(("partitions", disk.partitions.map(\.mergeKey)))
    each("partitions", disk.partitions) { $0.check($1) }
    if disk.device.isEmpty { return error("disk device is required", at: "device") }
    error(CleanPath.fault(disk.device), at: "device")
    let partitions = disk.partitions
    if let index = Self.collision(partitions.map { $0.number == 0 ? nil : String($0.number) }) {
      error("partition numbers collide", at: "partitions", .index(index))
    }
    if let index = Self.overlap(partitions) { error("partitions overlap", at: "partitions", .index(index)) }
    if partitions.contains(where: { $0.number == 0 }), partitions.contains(where: { $0.shouldExist == false }) {
      error(
        "shouldExist is false for a partition and other partition(s) has start or size 0", at: "partitions")
    }
    if let index = Self.collision(partitions.map(\.label)) {
      error("cannot use the same partition label twice", at: "partitions", .index(index))
    }
  }

  /// The first entry whose name was there before.
  private static func collision(_ names: [String?]) -> Int? {
    var seen = Set<ExactText>()
    for (index, name) in names.enumerated() {
      if let name, !seen.insert(ExactText(name)).inserted { return index }
    }
    return nil
  }

  /// Where a partition lies, in MiB, both ends included. The end is before the start where the size is negative:
  /// Ignition computes on.
  private struct Extent {
    var index: Int
    var start: Int
    var end: Int

    func overlaps(_ other: Extent) -> Bool {
      other.contains(start) || other.contains(end) || (start < other.start && end > other.end)
    }

    private func contains(_ place: Int) -> Bool { place >= start && place <= end }
  }

  /// The first partition that overlaps the first one to overlap any. Partitions that find their place by themselves are
  /// left out.
  private static func overlap(_ partitions: [IgnitionConfig.Partition]) -> Int? {
    var extents: [Extent] = []
    for (index, partition) in partitions.enumerated() {
      guard let start = partition.startMiB, start != 0, let size = partition.sizeMiB else { continue }
      extents.append(Extent(index: index, start: start, end: size == 0 ? start : start &+ size &- 1))
    }
    let first =
      extents.allSatisfy { $0.start <= $0.end }
      ? firstOverlapping(extents)
      : extents.prefix(1000).first { one in extents.contains { $0.index != one.index && one.overlaps($0) } }
    guard let first else { return nil }
    return extents.first { $0.index != first.index && first.overlaps($0) }?.index
  }

  /// The first extent that overlaps another, without comparing each with each.
  private static func firstOverlapping(_ extents: [Extent]) -> Extent? {
    let ordered = extents.sorted { ($0.start, $0.index) < ($1.start, $1.index) }
    var first: Extent?
    var widest: Extent?
    for extent in ordered {
      if let before = widest, extent.start <= before.end {
        for candidate in [before, extent] where candidate.index < first?.index ?? .max { first = candidate }
      }
      if extent.end > widest?.end ?? .min { widest = extent }
    }
    return first
  }

  private mutating func check(_ partition: IgnitionConfig.Partition) {
    let isDescribed =
      partition.label != nil || partition.typeGuid?.isEmpty == false || partition.guid?.isEmpty == false
      || partition.startMiB != nil || partition.sizeMiB != nil
    if partition.shouldExist == false, isDescribed {
      error("shouldExist specified false with other options also specified")
    }
    if partition.number == 0, partition.label == nil { error("a partition number >= 1 or a label must be specified") }
    if let label = partition.label {
      if label.utf8.count > 36 {
        error("partition labels may not exceed 36 characters", at: "label")
      } else if label.utf8.contains(UInt8(ascii: ":")) {
        error("partition label will be truncated to text before the colon", at: "label")
      }
    }
    for (guid, member) in [(partition.guid, "guid"), (partition.typeGuid, "typeGuid")] {
      if let guid, !Self.isGUID(guid) {
        error("doesn't match the form \"01234567-89AB-CDEF-EDCB-A98765432101\"", at: .key(member))
      }
    }
  }

  /// Whether a text is a GUID or empty.
  private static func isGUID(_ text: String) -> Bool {
    if text.isEmpty { return true }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
      && parts.allSatisfy { $0.utf8.allSatisfy { Hexadecimal.value($0) != nil } }
  }
}

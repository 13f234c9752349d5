extension EventLog {
  /// The log with the events of the firmware's EFI_TCG2_FINAL_EVENTS_TABLE behind it: what was measured after the log was first
  /// fetched. The firmware may have written the first of them into the log, too; those are not added twice. (Linux has done
  /// this itself since 5.3.) Source: TCG EFI Protocol Specification 2.0, 7.
  public func appending(finalEvents table: [UInt8]) throws(EventLogError) -> EventLog {
    guard table.count <= Self.sizeLimit else {
      throw EventLogError(offset: 0, .tooLong(table.count, limit: Self.sizeLimit))
    }
    var parser = EventLogParser(table)
    let added = try parser.finalEvents(of: self)
    let overlap =
      (0...min(added.count, events.count)).last { count in
        zip(events.suffix(count), added.prefix(count)).allSatisfy { $0.measuresSame(as: $1) && $0.data == $1.data }
      } ?? 0
    var log = self
    for var event in added.dropFirst(overlap) {
      event.number = log.events.count
      log.events.append(event)
    }
    return log
  }

  /// The log without events at its end that repeat those before them, once for each way to see it so: some kernels and firmware
  /// show the final events twice. Whether they were measured once or twice, only the PCRs can tell.
  var withoutRepeatedEnd: [EventLog] {
    // A boot loader's and a kernel's final events are few.
    (1...64).compactMap { count in
      guard events.count > 2 * count else { return nil }
      let last = events.suffix(count)
      let before = events.dropLast(count).suffix(count)
      guard zip(before, last).allSatisfy({ $0.measuresSame(as: $1) && $0.data == $1.data }) else { return nil }
      var log = self
      log.events.removeLast(count)
      return log
    }
  }
}

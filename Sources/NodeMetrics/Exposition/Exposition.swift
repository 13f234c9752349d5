import Diagnostics

/// What a snapshot is shown as.
public enum Exposition {
  /// Prometheus' text format 0.0.4.
  public static func prometheus(_ snapshot: NodeSnapshot) -> [UInt8] { text(snapshot, .prometheus) }

  /// OpenMetrics 1.0.
  public static func openMetrics(_ snapshot: NodeSnapshot) -> [UInt8] { text(snapshot, .openMetrics) }

  /// A JSON object on many lines. `docs/collectors/README.md` says what its members are.
  public static func json(_ snapshot: NodeSnapshot) -> [UInt8] { SnapshotJSON(snapshot).value.pretty }

  private static func text(_ snapshot: NodeSnapshot, _ format: MetricFormat) -> [UInt8] {
    var writer = MetricWriter(format)
    writer.write(snapshot)
    writer.finish()
    return writer.bytes
  }
}

extension MetricWriter {
  /// Writes everything that the snapshot holds.
  public mutating func write(_ snapshot: NodeSnapshot) {
    if let reading = snapshot.cpu.reading { write(reading) }
    if let reading = snapshot.cpuFrequency.reading { write(reading) }
    if let reading = snapshot.load.reading { write(reading) }
    if let reading = snapshot.memory.reading { write(reading) }
    if let reading = snapshot.vmstat.reading { write(reading) }
    if let reading = snapshot.pressure.reading { write(reading) }
    if let reading = snapshot.disks.reading { write(reading) }
    if let reading = snapshot.filesystems.reading { write(reading) }
    if let reading = snapshot.arrays.reading { write(reading) }
    if let reading = snapshot.nvme.reading { write(reading) }
    if let reading = snapshot.network.reading { write(reading) }
    if let reading = snapshot.protocols.reading { write(reading) }
    if let reading = snapshot.sockets.reading { write(reading) }
    if let reading = snapshot.conntrack.reading { write(reading) }
    if let reading = snapshot.softnet.reading { write(reading) }
    if let reading = snapshot.sensors.reading { write(reading) }
    if let reading = snapshot.thermal.reading { write(reading) }
    if let reading = snapshot.files.reading { write(reading) }
    if let reading = snapshot.entropy.reading { write(reading) }
    if let reading = snapshot.clock.reading { write(reading) }
    if let reading = snapshot.cgroups.reading { write(reading) }
    if let reading = snapshot.identity.reading { write(reading) }
    if let reading = snapshot.units.reading { write(reading) }
    if let reading = snapshot.kubelet.reading { write(reading) }
    write(snapshot.runs, at: snapshot.time)
    write(snapshot.conditions, snapshot.setbacks)
  }

  private mutating func write(_ runs: [CollectorRun], at time: UInt64) {
    family("node_scrape_collector_duration_seconds", .gauge, "Duration of a collector in the last sample.")
    for run in runs { sample(MetricValue(run.duration, places: 9), MetricLabel("collector", run.name)) }
    family("node_scrape_collector_success", .gauge, "Whether a collector measured.")
    for run in runs { sample(MetricValue(run.isMeasured), MetricLabel("collector", run.name)) }
    family("lowlayer_collector_unavailable", .gauge, "Whether a reading cannot be had here although nothing is broken.")
    for run in runs {
      guard case .unavailable = run.result else { continue }
      sample(MetricValue(true), MetricLabel("collector", run.name))
    }
    family("lowlayer_collector_age_seconds", .gauge, "Time since a collector last measured.")
    for run in runs {
      guard let last = run.lastMeasured else { continue }
      sample(MetricValue(time > last ? time - last : 0, places: 9), MetricLabel("collector", run.name))
    }
  }

  private mutating func write(_ conditions: [Condition], _ setbacks: [Setback]) {
    family("lowlayer_node_condition", .gauge, "Whether a lasting problem is there; no series while it is not known.")
    for condition in conditions where condition.status != .unknown {
      sample(
        MetricValue(condition.status == .isTrue), MetricLabel("condition", condition.type.rawValue),
        MetricLabel("reason", condition.reason))
    }
    family("lowlayer_counter_setbacks", .gauge, "Counters that are less than in the sample before.")
    sample(MetricValue(UInt64(setbacks.count)))
  }
}

import Diagnostics
import HostFS

/// A snapshot as JSON. Numbers are whole, and each member's name ends with its unit.
struct SnapshotJSON {
  private let snapshot: NodeSnapshot

  init(_ snapshot: NodeSnapshot) { self.snapshot = snapshot }

  var value: JSONText {
    .object([
      .init("time_ns", .number(snapshot.time)), .init("wall_time_ns", .number(snapshot.wallTime)),
      .init("conditions", .array(snapshot.conditions.map(\.json))),
      .init("readings", .object(readings)),
      .init("collectors", .array(snapshot.runs.map(\.json))),
      .init("setbacks", .array(snapshot.setbacks.map(\.json))),
    ])
  }

  private var readings: [JSONText.Member] {
    [
      reading(ArrayCollector.name, snapshot.arrays, \.json), reading(CgroupCollector.name, snapshot.cgroups, \.json),
      reading(ConntrackCollector.name, snapshot.conntrack, \.json), reading(CPUCollector.name, snapshot.cpu, \.json),
      reading(CPUFrequencyCollector.name, snapshot.cpuFrequency, \.json),
      reading(DiskCollector.name, snapshot.disks, \.json), reading(EntropyCollector.name, snapshot.entropy, \.json),
      reading(FileHandleCollector.name, snapshot.files, \.json),
      reading(FilesystemCollector.name, snapshot.filesystems, \.json),
      reading(SensorCollector.name, snapshot.sensors, \.json), reading("kubelet", snapshot.kubelet, \.json),
      reading(LoadCollector.name, snapshot.load, \.json), reading(MemoryCollector.name, snapshot.memory, \.json),
      reading(NetworkCollector.name, snapshot.network, \.json),
      reading(ProtocolCollector.name, snapshot.protocols, \.json), reading(NVMeCollector.name, snapshot.nvme, \.json),
      reading(IdentityCollector.name, snapshot.identity, \.json),
      reading(PressureCollector.name, snapshot.pressure, \.json),
      reading(SocketCollector.name, snapshot.sockets, \.json), reading(SoftnetCollector.name, snapshot.softnet, \.json),
      reading("systemd", snapshot.units, \.json), reading(ThermalCollector.name, snapshot.thermal, \.json),
      reading(ClockCollector.name, snapshot.clock, \.json), reading(VMStatCollector.name, snapshot.vmstat, \.json),
    ].sorted { $0.name < $1.name }
  }

  private func reading<Reading>(
    _ name: String, _ outcome: Outcome<Reading>, _ json: (Reading) -> JSONText
  ) -> JSONText.Member {
    .init(name, outcome.json(json))
  }
}

extension Outcome {
  func json(_ value: (Reading) -> JSONText) -> JSONText {
    switch self {
    case .measured(let reading, let time):
      .object([.init("state", .string("measured")), .init("at_ns", .number(time)), .init("value", value(reading))])
    case .unavailable(let unavailability):
      .object([.init("state", .string("unavailable")), .init("reason", .string(unavailability.description))])
    case .failed(let fault):
      .object([.init("state", .string("failed")), .init("reason", .string(fault.description))])
    }
  }
}

extension JSONText {
  /// A count. What 63 bits cannot hold, no reader of JSON could: it is the largest that they can.
  static func number(_ value: UInt64) -> JSONText { .integer(Int(clamping: value)) }

  static func number(_ value: Int64) -> JSONText { .integer(Int(value)) }

  /// A count, or `null` where there is none.
  static func number(_ value: UInt64?) -> JSONText { value.map { .number($0) } ?? .null }

  static func number(_ value: Int64?) -> JSONText { value.map { .number($0) } ?? .null }

  /// A text, or `null` where there is none.
  static func text(_ value: String?) -> JSONText { value.map { .string($0) } ?? .null }

  static func truth(_ value: Bool?) -> JSONText { value.map { .boolean($0) } ?? .null }

  static func each<Element>(_ elements: [Element], _ json: (Element) -> JSONText) -> JSONText {
    .array(elements.map(json))
  }
}

extension Condition {
  var json: JSONText {
    .object([
      .init("type", .string(type.rawValue)), .init("status", .string(status.rawValue)),
      .init("reason", .string(reason)), .init("message", .string(message)),
    ])
  }
}

extension CollectorRun {
  var json: JSONText {
    let state =
      switch result {
      case .measured: "measured"
      case .unavailable: "unavailable"
      case .failed: "failed"
      }
    return .object([
      .init("name", .string(name)), .init("state", .string(state)), .init("duration_ns", .number(duration)),
      .init("last_measured_ns", .number(lastMeasured)), .init("reason", .text(reason)),
    ])
  }
}

extension Setback {
  var json: JSONText {
    .object([
      .init("collector", .string(collector)), .init("counter", .string(counter)), .init("before", .number(before)),
      .init("after", .number(after)),
    ])
  }
}

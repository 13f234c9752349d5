public import HostFS

/// Thermal zones, and what cools them. Source: the kernel's `driver-api/thermal/sysfs-api`.
public struct ThermalReading: Sendable, Hashable {
  /// A zone.
  public struct Zone: Sendable, Hashable {
    /// Its number.
    public var zone: Int
    /// What it measures: `x86_pkg_temp`, `cpu-thermal`.
    public var type: String
    /// Thousandths of a degree Celsius; `nil` where its sensor does not answer.
    public var temperature: Int64?
  }

  /// A cooling device. More than 0 is throttling, or a fan that turns.
  public struct Cooling: Sendable, Hashable {
    /// Its number.
    public var device: Int
    /// What it is: `Processor`, `Fan`.
    public var type: String
    /// How hard it works.
    public var current: Int64?
    /// How hard it can.
    public var maximum: Int64?
  }

  /// Every zone, by number.
  public var zones: [Zone] = []
  /// Every cooling device, by number.
  public var cooling: [Cooling] = []
}

/// Reads `/sys/class/thermal/*`.
public struct ThermalCollector: Collector {
  /// `thermal_zone`.
  public static let name = "thermal_zone"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> ThermalReading {
    let folder = try root.folder(.sys, "class/thermal")
    var reading = ThermalReading()
    for name in try folder.names() {
      guard let device = folder.folder(name), let type = device.text("type") else { continue }
      if let zone = Self.number(name, after: "thermal_zone") {
        reading.zones.append(.init(zone: zone, type: type, temperature: device.number("temp")))
      } else if let number = Self.number(name, after: "cooling_device") {
        reading.cooling.append(
          .init(device: number, type: type, current: device.number("cur_state"), maximum: device.number("max_state")))
      }
    }
    reading.zones.sort { $0.zone < $1.zone }
    reading.cooling.sort { $0.device < $1.device }
    return reading
  }

  private static func number(_ name: String, after prefix: String) -> Int? {
    name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count)) : nil
  }
}

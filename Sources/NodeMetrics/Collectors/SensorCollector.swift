public import HostFS

/// Sensors of the board, of disks and of network cards. Source: the kernel's `hwmon/sysfs-interface`.
public struct SensorReading: Sendable, Hashable {
  /// A temperature or a fan.
  public struct Sensor: Sendable, Hashable {
    /// `temp1`, `fan2`.
    public var name: String
    /// What it measures, as its driver says: `Package id 0`.
    public var label: String?
    /// Thousandths of a degree Celsius, or turns in a minute; `nil` where it does not answer.
    public var value: Int64?
    /// What it should stay below, in the same unit.
    public var maximum: Int64?
    /// What it must stay below.
    public var critical: Int64?

    /// Whether it is a temperature.
    public var isTemperature: Bool { name.hasPrefix("temp") }
  }

  /// A chip.
  public struct Chip: Sendable, Hashable {
    /// Where it sits: `platform_coretemp_0`, `nvme_nvme0`.
    public var chip: String
    /// Its driver's name: `coretemp`.
    public var name: String?
    /// Its sensors, by name.
    public var sensors: [Sensor] = []
  }

  /// Every chip, in the order of their folders.
  public var chips: [Chip] = []
}

/// Reads `/sys/class/hwmon/*`. A sensor on a slow bus may take its time.
public struct SensorCollector: Collector {
  /// `hwmon`.
  public static let name = "hwmon"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> SensorReading {
    let folder = try root.folder(.sys, "class/hwmon")
    var reading = SensorReading()
    for name in try folder.names() {
      guard let device = folder.folder(name) else { continue }
      let driver = device.text("name")
      let place = Self.place(link: folder.link(name), device: device.link("device"), driver: driver)
      var chip = SensorReading.Chip(chip: place ?? driver.map(Self.clean) ?? name, name: driver)
      for file in try device.names() {
        guard let sensor = Self.sensor(file) else { continue }
        chip.sensors.append(
          .init(
            name: sensor, label: device.text(named: "\(sensor)_label"), value: device.number(named: file),
            maximum: device.number(named: "\(sensor)_max"), critical: device.number(named: "\(sensor)_crit")))
      }
      reading.chips.append(chip)
    }
    return reading
  }

  /// `temp1` for `temp1_input`, `fan2` for `fan2_input`.
  private static func sensor(_ file: String) -> String? {
    guard file.hasSuffix("_input") else { return nil }
    let name = file.dropLast(6)
    let number = name.drop { $0.isLetter }
    let kind = name.prefix(name.count - number.count)
    guard kind == "temp" || kind == "fan", !number.isEmpty, number.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    return String(name)
  }

  /// node_exporter's name for a chip: the last two parts of the path of the device that it belongs to.
  static func place(link: String?, device: String?, driver: String?) -> String? {
    guard let link, let device else { return nil }
    var parts = link.split(separator: "/").map(String.init)
    for part in device.split(separator: "/") {
      if part == ".." {
        if parts.isEmpty { return nil }
        parts.removeLast()
      } else if part != "." {
        parts.append(String(part))
      }
    }
    guard parts.count >= 2, parts[parts.count - 2] != ".." else { return nil }
    return "\(clean(parts[parts.count - 2]))_\(clean(parts[parts.count - 1]))"
  }

  private static func clean(_ name: String) -> String {
    let allowed = name.lowercased().utf8.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"): byte
      default: UInt8(ascii: "_")
      }
    }
    let text = String(decoding: allowed, as: UTF8.self)
    let trimmed = text.drop { $0 == "_" }
    return String(trimmed.reversed().drop { $0 == "_" }.reversed())
  }
}

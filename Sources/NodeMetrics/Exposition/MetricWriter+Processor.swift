extension MetricWriter {
  mutating func write(_ reading: CPUReading) {
    family("node_cpu_seconds_total", .counter, "Seconds the CPUs spent in each mode; user and nice include guest.")
    for core in reading.cores {
      let cpu = MetricLabel("cpu", String(core.core))
      for (mode, time) in Self.modes { sample(Self.ticks(time(core)), cpu, mode) }
    }
    family("node_cpu_guest_seconds_total", .counter, "Seconds the CPUs spent in guests, for each mode they are in.")
    for core in reading.cores {
      let cpu = MetricLabel("cpu", String(core.core))
      sample(Self.ticks(core.guest), cpu, MetricLabel("mode", "user"))
      sample(Self.ticks(core.guestNice), cpu, MetricLabel("mode", "nice"))
    }
    family("node_intr_total", .counter, "Interrupts serviced.")
    sample(MetricValue(reading.interrupts))
    family("lowlayer_softirqs_total", .counter, "Soft interrupts serviced.")
    sample(reading.softInterrupts.map { MetricValue($0) })
    family("node_context_switches_total", .counter, "Context switches.")
    sample(MetricValue(reading.contextSwitches))
    family("node_forks_total", .counter, "Processes and threads started.")
    sample(MetricValue(reading.forks))
    family("node_boot_time_seconds", .gauge, "When the machine started, in seconds since 1970.")
    sample(MetricValue(reading.bootTime))
    family("node_procs_running", .gauge, "Threads that run or could.")
    sample(MetricValue(reading.running))
    family("node_procs_blocked", .gauge, "Threads that wait for a disk.")
    sample(MetricValue(reading.blocked))
  }

  mutating func write(_ reading: CPUFrequencyReading) {
    frequency("node_cpu_frequency_min_hertz", reading, \.minimum, "Lowest frequency of the hardware.")
    frequency("node_cpu_frequency_max_hertz", reading, \.maximum, "Highest frequency of the hardware.")
    frequency("node_cpu_scaling_frequency_hertz", reading, \.scaling, "Frequency that the governor asked for.")
    frequency(
      "node_cpu_scaling_frequency_min_hertz", reading, \.scalingMinimum, "Lowest that the governor may ask for.")
    frequency(
      "node_cpu_scaling_frequency_max_hertz", reading, \.scalingMaximum, "Highest that the governor may ask for.")
    family("node_cpu_core_throttles_total", .counter, "How often a core was slowed down for its heat.")
    var seen: Set<String> = []
    for core in reading.cores {
      guard let throttles = core.throttles, let id = core.coreID, let package = core.package else { continue }
      // The threads of a core share its count.
      if !seen.insert("\(package) \(id)").inserted { continue }
      sample(MetricValue(throttles), MetricLabel("core", String(id)), MetricLabel("package", String(package)))
    }
    family("node_cpu_package_throttles_total", .counter, "How often a package was slowed down for its heat.")
    for core in reading.cores {
      guard let throttles = core.packageThrottles, let package = core.package else { continue }
      if !seen.insert("\(package)").inserted { continue }
      sample(MetricValue(throttles), MetricLabel("package", String(package)))
    }
  }

  mutating func write(_ reading: LoadReading) {
    family("node_load1", .gauge, "1m load average.")
    sample(MetricValue(reading.one, places: 2))
    family("node_load5", .gauge, "5m load average.")
    sample(MetricValue(reading.five, places: 2))
    family("node_load15", .gauge, "15m load average.")
    sample(MetricValue(reading.fifteen, places: 2))
  }

  mutating func write(_ reading: SensorReading) {
    family("node_hwmon_chip_names", .gauge, "The name that a chip's driver gives it.")
    for chip in reading.chips {
      guard let name = chip.name else { continue }
      sample(MetricValue(true), MetricLabel("chip", chip.chip), MetricLabel("chip_name", name))
    }
    family("node_hwmon_sensor_label", .gauge, "What a sensor measures, as its driver says.")
    each(reading) {
      $1.label == nil ? nil : MetricValue(true)
    } more: {
      MetricLabel("label", $0.label ?? "")
    }
    family("node_hwmon_temp_celsius", .gauge, "Temperature.")
    each(reading) { $1.isTemperature ? $1.value.map { MetricValue($0, places: 3) } : nil }
    family("node_hwmon_temp_max_celsius", .gauge, "Temperature that a sensor should stay below.")
    each(reading) { $1.isTemperature ? $1.maximum.map { MetricValue($0, places: 3) } : nil }
    family("node_hwmon_temp_crit_celsius", .gauge, "Temperature that a sensor must stay below.")
    each(reading) { $1.isTemperature ? $1.critical.map { MetricValue($0, places: 3) } : nil }
    family("node_hwmon_fan_rpm", .gauge, "Turns of a fan in a minute.")
    each(reading) { $1.isTemperature ? nil : $1.value.map { MetricValue($0) } }
  }

  mutating func write(_ reading: ThermalReading) {
    family("node_thermal_zone_temp", .gauge, "Temperature of a thermal zone in degrees Celsius.")
    for zone in reading.zones {
      sample(
        zone.temperature.map { MetricValue($0, places: 3) }, MetricLabel("type", zone.type),
        MetricLabel("zone", String(zone.zone)))
    }
    family("node_cooling_device_cur_state", .gauge, "How hard a cooling device works.")
    for device in reading.cooling {
      sample(
        device.current.map { MetricValue($0) }, MetricLabel("name", String(device.device)),
        MetricLabel("type", device.type))
    }
    family("node_cooling_device_max_state", .gauge, "How hard a cooling device can work.")
    for device in reading.cooling {
      sample(
        device.maximum.map { MetricValue($0) }, MetricLabel("name", String(device.device)),
        MetricLabel("type", device.type))
    }
  }

  private mutating func each(
    _ reading: SensorReading, _ value: (SensorReading.Chip, SensorReading.Sensor) -> MetricValue?,
    more: (SensorReading.Sensor) -> MetricLabel? = { _ in nil }
  ) {
    for chip in reading.chips {
      for sensor in chip.sensors {
        guard let value = value(chip, sensor) else { continue }
        var labels = [MetricLabel("chip", chip.chip), MetricLabel("sensor", sensor.name)]
        if let label = more(sensor) { labels.insert(label, at: 1) }
        sample(value, labels)
      }
    }
  }

  private mutating func frequency(
    _ name: StaticString, _ reading: CPUFrequencyReading, _ value: (CPUFrequencyReading.Core) -> Int64?,
    _ help: StaticString
  ) {
    family(name, .gauge, help)
    for core in reading.cores {
      guard let kilohertz = value(core), let value = UInt64(exactly: kilohertz) else { continue }
      sample(MetricValue(value, zeros: 3), MetricLabel("cpu", String(core.core)))
    }
  }

  static func ticks(_ ticks: UInt64) -> MetricValue { MetricValue(ticks, places: 2) }

  private static let modes: [(MetricLabel, @Sendable (CPUReading.Times) -> UInt64)] = [
    (MetricLabel("mode", "idle"), \.idle), (MetricLabel("mode", "iowait"), \.iowait),
    (MetricLabel("mode", "irq"), \.irq),
    (MetricLabel("mode", "nice"), \.nice), (MetricLabel("mode", "softirq"), \.softirq),
    (MetricLabel("mode", "steal"), \.steal), (MetricLabel("mode", "system"), \.system),
    (MetricLabel("mode", "user"), \.user),
  ]
}

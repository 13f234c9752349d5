import Diagnostics
import HostFS

extension CPUReading {
  var json: JSONText {
    .object([
      .init("total", total.json), .init("cores", .each(cores, \.json)), .init("interrupts", .number(interrupts)),
      .init("soft_interrupts", .number(softInterrupts)), .init("context_switches", .number(contextSwitches)),
      .init("forks", .number(forks)), .init("threads_running", .number(running)),
      .init("threads_blocked", .number(blocked)), .init("boot_time_s", .number(bootTime)),
    ])
  }
}

extension CPUReading.Times {
  /// Guests apart: `user_ms` and `nice_ms` are without them.
  var json: JSONText {
    let own: [JSONText.Member] = core < 0 ? [] : [.init("core", .integer(core))]
    return .object(
      own + [
        .init("user_ms", Self.milliseconds(user >= guest ? user - guest : 0)),
        .init("nice_ms", Self.milliseconds(nice >= guestNice ? nice - guestNice : 0)),
        .init("guest_ms", Self.milliseconds(guest)), .init("guest_nice_ms", Self.milliseconds(guestNice)),
        .init("system_ms", Self.milliseconds(system)), .init("idle_ms", Self.milliseconds(idle)),
        .init("iowait_ms", Self.milliseconds(iowait)), .init("irq_ms", Self.milliseconds(irq)),
        .init("softirq_ms", Self.milliseconds(softirq)), .init("steal_ms", Self.milliseconds(steal)),
      ])
  }

  private static func milliseconds(_ ticks: UInt64) -> JSONText {
    .number(ticks.multipliedSaturating(by: 1000 / CPUReading.ticksPerSecond))
  }
}

extension CPUFrequencyReading {
  var json: JSONText {
    .each(cores) { core in
      .object([
        .init("core", .integer(core.core)), .init("scaling_khz", .number(core.scaling)),
        .init("scaling_min_khz", .number(core.scalingMinimum)), .init("scaling_max_khz", .number(core.scalingMaximum)),
        .init("min_khz", .number(core.minimum)), .init("max_khz", .number(core.maximum)),
        .init("core_id", .number(core.coreID)), .init("package", .number(core.package)),
        .init("throttles", .number(core.throttles)), .init("package_throttles", .number(core.packageThrottles)),
      ])
    }
  }
}

extension LoadReading {
  var json: JSONText {
    .object([
      .init("load1_hundredths", .number(one)), .init("load5_hundredths", .number(five)),
      .init("load15_hundredths", .number(fifteen)), .init("threads_runnable", .number(runnable)),
      .init("threads", .number(threads)),
    ])
  }
}

extension MemoryReading {
  var json: JSONText {
    .object(entries.map { .init($0.isBytes ? "\($0.name)_bytes" : $0.name, .number($0.value)) })
  }
}

extension VMStatReading {
  var json: JSONText { .object(entries.map { .init($0.name, .number($0.value)) }) }
}

extension Pressure {
  var json: JSONText { .object([.init("some", Self.json(some)), .init("full", Self.json(full))]) }

  private static func json(_ stall: Stall?) -> JSONText {
    guard let stall else { return .null }
    return .object([
      .init("avg10_hundredths_percent", .number(stall.average10)),
      .init("avg60_hundredths_percent", .number(stall.average60)),
      .init("avg300_hundredths_percent", .number(stall.average300)), .init("total_us", .number(stall.total)),
    ])
  }
}

extension PressureReading {
  var json: JSONText {
    .object([
      .init("cpu", cpu?.json ?? .null), .init("memory", memory?.json ?? .null), .init("io", io?.json ?? .null),
      .init("irq", irq?.json ?? .null),
    ])
  }
}

extension CgroupReading {
  var json: JSONText {
    .object([.init("layout", .string(layout.rawValue)), .init("groups", .each(groups, \.json))])
  }
}

extension CgroupReading.Group {
  var json: JSONText {
    .object([
      .init("path", .string(path)), .init("cpu_ns", .number(cpu)), .init("cpu_user_ns", .number(cpuUser)),
      .init("cpu_system_ns", .number(cpuSystem)), .init("throttled_periods", .number(throttledPeriods)),
      .init("throttled_ns", .number(throttledTime)), .init("memory_bytes", .number(memory)),
      .init("memory_limit_bytes", .number(memoryLimit)), .init("oom_kills", .number(oomKills)),
      .init("tasks", .number(tasks)), .init("tasks_limit", .number(tasksLimit)),
      .init("cpu_pressure", cpuPressure?.json ?? .null), .init("memory_pressure", memoryPressure?.json ?? .null),
      .init("io_pressure", ioPressure?.json ?? .null),
    ])
  }
}

extension SensorReading {
  var json: JSONText {
    .each(chips) { chip in
      .object([
        .init("chip", .string(chip.chip)), .init("name", .text(chip.name)),
        .init("sensors", .each(chip.sensors, \.json)),
      ])
    }
  }
}

extension SensorReading.Sensor {
  var json: JSONText {
    let unit = isTemperature ? "millidegrees" : "rpm"
    return .object([
      .init("name", .string(name)), .init("label", .text(label)), .init(unit, .number(value)),
      .init("max_\(unit)", .number(maximum)), .init("critical_\(unit)", .number(critical)),
    ])
  }
}

extension ThermalReading {
  var json: JSONText {
    .object([
      .init(
        "zones",
        .each(zones) { zone in
          .object([
            .init("zone", .integer(zone.zone)), .init("type", .string(zone.type)),
            .init("millidegrees", .number(zone.temperature)),
          ])
        }),
      .init(
        "cooling",
        .each(cooling) { device in
          .object([
            .init("device", .integer(device.device)), .init("type", .string(device.type)),
            .init("current", .number(device.current)), .init("maximum", .number(device.maximum)),
          ])
        }),
    ])
  }
}

extension MetricWriter {
  mutating func write(_ reading: MemoryReading) {
    for entry in reading.entries {
      family("node_memory_", [entry.name], entry.isBytes ? "_bytes" : "", .gauge, "Line of /proc/meminfo.")
      sample(MetricValue(entry.value))
    }
  }

  mutating func write(_ reading: VMStatReading) {
    for entry in reading.entries {
      family("node_vmstat_", [entry.name], "", .unknown, "Line of /proc/vmstat.")
      sample(MetricValue(entry.value))
    }
  }

  mutating func write(_ reading: PressureReading) {
    family("node_pressure_cpu_waiting_seconds_total", .counter, "Time that processes waited for a core.")
    sample(Self.microseconds(reading.cpu?.some))
    family("node_pressure_io_waiting_seconds_total", .counter, "Time that processes waited for a disk.")
    sample(Self.microseconds(reading.io?.some))
    family("node_pressure_io_stalled_seconds_total", .counter, "Time that nothing ran because a disk was waited for.")
    sample(Self.microseconds(reading.io?.full))
    family("node_pressure_memory_waiting_seconds_total", .counter, "Time that processes waited for memory.")
    sample(Self.microseconds(reading.memory?.some))
    family(
      "node_pressure_memory_stalled_seconds_total", .counter, "Time that nothing ran because memory was waited for.")
    sample(Self.microseconds(reading.memory?.full))
    family("node_pressure_irq_stalled_seconds_total", .counter, "Time that nothing ran because of interrupts.")
    sample(Self.microseconds(reading.irq?.full))
  }

  mutating func write(_ reading: CgroupReading) {
    family("lowlayer_cgroup_info", .info, "How control groups are laid out.")
    sample(MetricValue(true), MetricLabel("layout", reading.layout.rawValue))
    each(reading, "lowlayer_cgroup_cpu_seconds_total", .counter, "CPU time used.") { Self.nanoseconds($0.cpu) }
    each(reading, "lowlayer_cgroup_cpu_user_seconds_total", .counter, "CPU time used in user mode.") {
      Self.nanoseconds($0.cpuUser)
    }
    each(reading, "lowlayer_cgroup_cpu_system_seconds_total", .counter, "CPU time used in the kernel.") {
      Self.nanoseconds($0.cpuSystem)
    }
    each(reading, "lowlayer_cgroup_cpu_throttled_periods_total", .counter, "Periods in which a quota stopped it.") {
      $0.throttledPeriods.map { MetricValue($0) }
    }
    each(reading, "lowlayer_cgroup_cpu_throttled_seconds_total", .counter, "How long a quota stopped it.") {
      Self.nanoseconds($0.throttledTime)
    }
    each(reading, "lowlayer_cgroup_memory_bytes", .gauge, "Memory in use, page cache included.") {
      $0.memory.map { MetricValue($0) }
    }
    each(reading, "lowlayer_cgroup_memory_limit_bytes", .gauge, "The most memory it may use, where there is a limit.") {
      $0.memoryLimit.map { MetricValue($0) }
    }
    each(reading, "lowlayer_cgroup_oom_kills_total", .counter, "Processes killed because it had used its memory up.") {
      $0.oomKills.map { MetricValue($0) }
    }
    each(reading, "lowlayer_cgroup_tasks", .gauge, "Processes and threads.") { $0.tasks.map { MetricValue($0) } }
    each(reading, "lowlayer_cgroup_tasks_limit", .gauge, "The most processes and threads, where there is a limit.") {
      $0.tasksLimit.map { MetricValue($0) }
    }
    pressure(reading, "lowlayer_cgroup_pressure_waiting_seconds_total", "Time that some of its tasks waited.", \.some)
    pressure(reading, "lowlayer_cgroup_pressure_stalled_seconds_total", "Time that all of its tasks waited.", \.full)
  }

  private mutating func each(
    _ reading: CgroupReading, _ name: StaticString, _ type: MetricType, _ help: StaticString,
    _ value: (CgroupReading.Group) -> MetricValue?
  ) {
    family(name, type, help)
    for group in reading.groups { sample(value(group), MetricLabel("cgroup", group.path)) }
  }

  private mutating func pressure(
    _ reading: CgroupReading, _ name: StaticString, _ help: StaticString, _ kind: (Pressure) -> Pressure.Stall?
  ) {
    family(name, .counter, help)
    for group in reading.groups {
      for (resource, pressure) in [
        ("cpu", group.cpuPressure), ("io", group.ioPressure), ("memory", group.memoryPressure),
      ] {
        sample(
          Self.microseconds(pressure.flatMap(kind)), MetricLabel("cgroup", group.path),
          MetricLabel("resource", resource))
      }
    }
  }

  private static func microseconds(_ stall: Pressure.Stall?) -> MetricValue? {
    stall.map { MetricValue($0.total, places: 6) }
  }

  private static func nanoseconds(_ value: UInt64?) -> MetricValue? { value.map { MetricValue($0, places: 9) } }
}

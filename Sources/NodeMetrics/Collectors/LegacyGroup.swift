import HostFS

/// A group of cgroup v1, with a hierarchy for each controller. Source: the kernel's `admin-guide/cgroup-v1`.
enum LegacyGroup {
  /// The group at `path` below each of the hierarchies in `folder`.
  static func read(_ folder: borrowing HostDirectory, _ path: String) -> CgroupReading.Group {
    var group = CgroupReading.Group(path: "/" + path)
    // systemd mounts the two controllers as one hierarchy, with a link for each name.
    if let cpuacct = folder.folder("cpuacct/\(path)") {
      group.cpu = cpuacct.optional("cpuacct.usage") { $0.trimmed.unsigned }
      // In ticks of 10 ms.
      group.cpuUser = cpuacct.optional("cpuacct.stat") { ticks(UnifiedGroup.value($0, "user")) }
      group.cpuSystem = cpuacct.optional("cpuacct.stat") { ticks(UnifiedGroup.value($0, "system")) }
    }
    if let cpu = folder.folder("cpu/\(path)") {
      group.throttledPeriods = cpu.optional("cpu.stat") { UnifiedGroup.value($0, "nr_throttled") }
      group.throttledTime = cpu.optional("cpu.stat") { UnifiedGroup.value($0, "throttled_time") }
    }
    if let memory = folder.folder("memory/\(path)") {
      group.memory = memory.optional("memory.usage_in_bytes") { $0.trimmed.unsigned }
      // Without a limit it is the largest multiple of a page that 63 bits hold.
      group.memoryLimit = memory.optional("memory.limit_in_bytes") { $0.trimmed.unsigned }
        .flatMap { $0 >= UInt64(Int64.max) - 0xFFFF ? nil : $0 }
      group.oomKills = memory.optional("memory.oom_control") { UnifiedGroup.value($0, "oom_kill") }
    }
    if let pids = folder.folder("pids/\(path)") {
      group.tasks = pids.optional("pids.current") { $0.trimmed.unsigned }
      group.tasksLimit = pids.optional("pids.max") { $0.trimmed.unsigned }
    }
    return group
  }

  private static func ticks(_ value: UInt64?) -> UInt64? {
    value?.multipliedSaturating(by: 1_000_000_000 / CPUReading.ticksPerSecond)
  }
}

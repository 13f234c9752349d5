import HostFS

/// A group of cgroup v2. Source: the kernel's `admin-guide/cgroup-v2`.
enum UnifiedGroup {
  /// The group at `path`; `nil` where it has gone.
  static func read(_ hierarchy: borrowing HostDirectory, _ path: String) -> CgroupReading.Group? {
    guard let folder = hierarchy.folder(path) else { return nil }
    var group = CgroupReading.Group(path: "/" + path)
    _ = folder.optional("cpu.stat") { readProcessors($0, into: &group) }
    group.memory = folder.optional("memory.current") { $0.trimmed.unsigned }
    group.memoryLimit = folder.optional("memory.max") { $0.trimmed.unsigned }
    group.oomKills = folder.optional("memory.events") { value($0, "oom_kill") }
    group.tasks = folder.optional("pids.current") { $0.trimmed.unsigned }
    group.tasksLimit = folder.optional("pids.max") { $0.trimmed.unsigned }
    group.cpuPressure = folder.optional("cpu.pressure") { pressure($0) }
    group.memoryPressure = folder.optional("memory.pressure") { pressure($0) }
    group.ioPressure = folder.optional("io.pressure") { pressure($0) }
    return group
  }

  /// What `cpu.stat` says; a line that is something else is none of ours.
  static func readProcessors(_ text: ByteText, into group: inout CgroupReading.Group) {
    var rest = text
    while var line = rest.nextLine() {
      guard let key = line.nextField(), let value = line.nextUnsigned() else { continue }
      switch () {
      case _ where key == "usage_usec": group.cpu = value.multipliedSaturating(by: 1000)
      case _ where key == "user_usec": group.cpuUser = value.multipliedSaturating(by: 1000)
      case _ where key == "system_usec": group.cpuSystem = value.multipliedSaturating(by: 1000)
      case _ where key == "nr_throttled": group.throttledPeriods = value
      case _ where key == "throttled_usec": group.throttledTime = value.multipliedSaturating(by: 1000)
      default: break
      }
    }
  }

  static func value(_ text: ByteText, _ name: StaticString) -> UInt64? {
    var rest = text
    while var line = rest.nextLine() {
      guard let key = line.nextField() else { continue }
      if key == name { return line.nextUnsigned() }
    }
    return nil
  }

  private static func pressure(_ text: ByteText) -> Pressure? {
    do throws(Malformed) {
      return try Pressure.parse(text)
    } catch {
      return nil
    }
  }
}

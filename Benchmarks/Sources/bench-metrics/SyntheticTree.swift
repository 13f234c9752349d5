import Glibc

/// The files of a large node, in quarters: 1,024 cores, 400 mounts and 250 interfaces are the whole. Written from the
/// kernel's documentation, in the same form for both exporters.
final class SyntheticTree: CustomStringConvertible {
  let path: String
  /// How many lines are in what ours reads of it.
  private(set) var lines = 0
  private let cores: Int
  private let mounts: Int
  private let interfaces: Int

  init(parts: Int) {
    var template = Array("/dev/shm/ll-bench-metrics.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fail("cannot make a folder in /dev/shm") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    (cores, mounts, interfaces) = (1024 * parts / 4, 400 * parts / 4, 250 * parts / 4)
    writeProcessors()
    writeMounts()
    writeInterfaces()
    writeRest()
  }

  deinit {
    let words = ["rm", "-rf", path]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    if posix_spawnp(&process, "rm", nil, nil, &arguments, environ) == 0 {
      var status: Int32 = 0
      waitpid(process, &status, 0)
    }
  }

  var description: String { "\(cores) cores, \(mounts) mounts, \(interfaces) interfaces" }

  private func writeProcessors() {
    let times = "1234567 12345 234567 98765432 1234 0 12345 0 0 0"
    write(
      "proc/stat",
      ["cpu  \(times)"] + (0..<cores).map { "cpu\($0) \(times)" } + [
        "intr 4000000" + String(repeating: " 7", count: 512 + cores), "ctxt 123456789", "btime 1760000000",
        "processes 12345", "procs_running 3", "procs_blocked 0", "softirq 99 1 2 3 4 5 6 7 8 9 10",
      ])
    write(
      "proc/1/net/softnet_stat",
      (0..<cores).map { core in
        "00012345 00000000 00000001" + String(repeating: " 00000000", count: 9) + " " + Self.hex(core)
      })
    for core in 0..<cores {
      let folder = "sys/devices/system/cpu/cpu\(core)"
      for (file, value) in [
        ("scaling_cur_freq", 2_100_000), ("scaling_min_freq", 800_000), ("scaling_max_freq", 3_600_000),
        ("cpuinfo_min_freq", 800_000), ("cpuinfo_max_freq", 3_600_000),
      ] { write("\(folder)/cpufreq/\(file)", ["\(value)"]) }
      write("\(folder)/cpufreq/scaling_governor", ["performance"], isRead: false)
      write("\(folder)/topology/core_id", ["\(core)"])
      write("\(folder)/topology/physical_package_id", ["\(core / 128)"])
      write("\(folder)/thermal_throttle/core_throttle_count", ["0"])
      write("\(folder)/thermal_throttle/package_throttle_count", ["0"])
    }
  }

  private func writeMounts() {
    let volumes = (0..<mounts).map { "\(30 + $0) 1 8:\($0) / /data/volume-\($0) rw,relatime - ext4 /dev/sd\($0) rw" }
    write("proc/1/mountinfo", volumes)
    // node_exporter 1.5 reads /proc/1/mounts.
    write("proc/1/mounts", (0..<mounts).map { "/dev/sd\($0) /data/volume-\($0) ext4 rw,relatime 0 0" }, isRead: false)
    for mount in 0..<mounts { makeFolder("data/volume-\(mount)") }
    write(
      "proc/diskstats",
      (0..<mounts).map { " 8 \($0) sd\($0) 1234 5 678901 2345 6789 10 234567 8901 0 4567 11246 1 2 3 4 5 6" })
  }

  private func writeInterfaces() {
    let counters = " 123456789 1234567 0 12 0 0 0 345 987654321 7654321 0 0 0 0 0 0"
    write(
      "proc/1/net/dev",
      [
        "Inter-|   Receive                                                |  Transmit",
        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed",
      ] + (0..<interfaces).map { "  veth\($0):\(counters)" })
    let attributes = [
      ("operstate", "up"), ("carrier", "1"), ("carrier_changes", "2"), ("carrier_up_count", "1"),
      ("carrier_down_count", "1"), ("speed", "10000"), ("mtu", "1500"), ("flags", "0x1003"), ("tx_queue_len", "1000"),
      ("type", "1"), ("duplex", "full"), ("address", "02:00:00:00:00:01"), ("broadcast", "ff:ff:ff:ff:ff:ff"),
      ("addr_assign_type", "3"), ("dormant", "0"), ("ifindex", "7"), ("iflink", "8"), ("link_mode", "0"),
      ("name_assign_type", "4"), ("netdev_group", "0"), ("dev_id", "0x0"), ("addr_len", "6"),
    ]
    for interface in 0..<interfaces {
      for (name, value) in attributes { write("sys/class/net/veth\(interface)/\(name)", [value]) }
    }
  }

  /// What does not grow with the node.
  private func writeRest() {
    write("proc/loadavg", ["0.50 0.40 0.30 2/1234 56789"])
    write("proc/uptime", ["123456.78 7654321.00"])
    write(
      "proc/meminfo", ["MemTotal:       16384000 kB", "MemFree:         8192000 kB", "MemAvailable:   12000000 kB"])
    write(
      "proc/vmstat", ["pgfault 123", "pgmajfault 4", "oom_kill 0", "pgpgin 5", "pgpgout 6", "pswpin 0", "pswpout 0"])
    let waiting = "some avg10=0.00 avg60=0.10 avg300=0.20 total=123456"
    for resource in ["cpu", "memory", "io"] {
      write("proc/pressure/\(resource)", [waiting, waiting.replacing("some", with: "full")])
    }
    write("proc/sys/fs/file-nr", ["1234\t0\t9223372036854775807"])
    write("proc/sys/kernel/ostype", ["Linux"])
    write("proc/sys/kernel/osrelease", ["6.12.0"])
    write("proc/sys/kernel/random/entropy_avail", ["256"])
    write("proc/sys/kernel/random/poolsize", ["256"])
    write("etc/os-release", ["ID=synthetic", "PRETTY_NAME=\"Synthetic\""])
    // node_exporter looks for links to process 1's in its own process.
    makeFolder("proc/self")
    symlink("1/net", "\(path)/proc/net")
    symlink("../1/net", "\(path)/proc/self/net")
    symlink("../1/mounts", "\(path)/proc/self/mounts")
  }

  private func write(_ name: String, _ text: [String], isRead: Bool = true) {
    if let slash = name.lastIndex(of: "/") { makeFolder(String(name[..<slash])) }
    guard let file = fopen("\(path)/\(name)", "w") else { fail("cannot write \(path)/\(name)") }
    fputs(text.joined(separator: "\n") + "\n", file)
    fclose(file)
    if isRead { lines += text.count }
  }

  private func makeFolder(_ name: String) {
    var whole = path
    for part in name.split(separator: "/") {
      whole += "/" + part
      mkdir(whole, 0o755)
    }
  }

  private static func hex(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

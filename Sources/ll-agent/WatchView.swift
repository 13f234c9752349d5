import HostFS
import NodeMetrics

/// A snapshot as a person reads it at a glance: what is wrong first, then bars.
struct WatchView {
  let nodeName: String
  let snapshot: NodeSnapshot
  /// The snapshot before, for what is a rate; `nil` for the first.
  let previous: NodeSnapshot?
  /// The terminal's size, in characters.
  let width: Int
  let height: Int

  private static let barWidth = 20
  private static let labelWidth = 10

  /// The lines, none longer than the terminal is wide. Where there are too many, those at the end give way: what is
  /// wrong never does.
  var lines: [StyledLine] {
    let problems = Problem.all(in: snapshot)
    var lines = [StyledLine(headline, .strong), StyledLine("")]
    if problems.isEmpty { lines.append(StyledLine("nothing is wrong", .good)) }
    for problem in problems.prefix(max(3, height - 4)) {
      lines.append(
        StyledLine(
          "\(problem.weight == .wrong ? "✗" : "!") \(problem.subject): \(problem.words)",
          problem.weight == .wrong ? .wrong : .worrying))
    }
    for group in [processors, memory, pressure, space, network, services] where !group.isEmpty {
      lines += [StyledLine("")] + group
    }
    return lines.prefix(max(4, height - 1)).map { $0.cut(to: width) }
  }

  private var headline: String {
    let identity = snapshot.identity.reading
    let uptime = identity?.uptime.map { "up " + Self.duration($0 / 100) }
    let parts = [nodeName, identity?.image("PRETTY_NAME"), identity.map { "Linux \($0.release)" }, uptime]
    return parts.compactMap { $0 }.joined(separator: " · ")
  }

  private var processors: [StyledLine] {
    guard let cpu = snapshot.cpu.reading else { return [missing("cpu", snapshot.cpu)] }
    let load = snapshot.load.reading.map { load in
      "   load " + [load.one, load.five, load.fifteen].map(Self.hundredths).joined(separator: " ")
    }
    guard let before = previous?.cpu.reading else {
      return [StyledLine(label("cpu") + "…" + (load ?? "") + "   \(cpu.cores.count) cores")]
    }
    let busy = Self.difference(cpu.total.busy, before.total.busy)
    let all = Self.difference(cpu.total.all, before.total.all)
    return [
      row(
        "cpu", Share(used: busy, of: all),
        (load.map { String($0.dropFirst(3)) + "   " } ?? "") + "\(cpu.cores.count) cores")
    ]
  }

  private var memory: [StyledLine] {
    guard let memory = snapshot.memory.reading, let total = memory.total else {
      return [missing("memory", snapshot.memory)]
    }
    var lines: [StyledLine] = []
    if let available = memory.available {
      lines.append(
        row(
          "memory", Share(used: total - min(total, available), of: total),
          "\(Bytes.text(available)) of \(Bytes.text(total)) available"))
    }
    if let swap = memory.swapTotal, swap > 0, let free = memory.swapFree {
      lines.append(
        row("swap", Share(used: swap - min(swap, free), of: swap), "\(Bytes.text(free)) of \(Bytes.text(swap)) free"))
    }
    return lines
  }

  private var pressure: [StyledLine] {
    guard let reading = snapshot.pressure.reading else { return [missing("pressure", snapshot.pressure)] }
    let resources = [("cpu", reading.cpu), ("memory", reading.memory), ("io", reading.io)]
    let rows = resources.compactMap { name, pressure -> StyledLine? in
      guard let some = pressure?.some else { return nil }
      let longer = [some.average60, some.average300].map { Share(hundredths: $0).percent }
      return row("  \(name)", Share(hundredths: some.average10), "60 s \(longer[0])   300 s \(longer[1])")
    }
    return rows.isEmpty ? [] : [StyledLine("pressure, share of the last 10 s in which something waited")] + rows
  }

  private var space: [StyledLine] {
    guard let mounts = snapshot.filesystems.reading?.mounts else { return [missing("space", snapshot.filesystems)] }
    let measured = mounts.filter { $0.duplicateOf == nil }.compactMap { mount -> (Mount, FileSystemSpace)? in
      guard let space = mount.space.reading, space.size > 0 else { return nil }
      return (mount, space)
    }
    // The fullest first: that is where the next problem comes from.
    let sorted = measured.sorted { left, right in
      let shares = (Share(left.1).hundredths, Share(right.1).hundredths)
      return shares.0 == shares.1 ? left.0.mountPoint < right.0.mountPoint : shares.0 > shares.1
    }
    guard !sorted.isEmpty else { return [] }
    return [StyledLine("space")]
      + sorted.map { mount, space in
        let note = mount.isReadOnly ? ", read-only" : ""
        let words = "\(Bytes.text(space.available)) of \(Bytes.text(space.size)) free\(note)   \(mount.mountPoint)"
        return row("  " + String(mount.type.prefix(Self.labelWidth - 3)), Share(space), words)
      }
  }

  private var network: [StyledLine] {
    guard let devices = snapshot.network.reading?.devices else { return [missing("network", snapshot.network)] }
    let seconds = Double(Self.difference(snapshot.time, previous?.time ?? snapshot.time)) / 1e9
    // What never carried anything is of interest to nobody.
    return devices.filter { $0.name != "lo" && $0.received.bytes | $0.transmitted.bytes > 0 }.compactMap { device in
      guard let before = previous?.network.reading?.devices.first(where: { $0.name == device.name }), seconds > 0 else {
        return nil
      }
      let rates = [
        (device.received.bytes, before.received.bytes), (device.transmitted.bytes, before.transmitted.bytes),
      ]
      .map { Bytes.text(UInt64(Double(Self.difference($0.0, $0.1)) / seconds)) + "/s" }
      let errors =
        Self.difference(device.received.errors, before.received.errors)
        + Self.difference(device.transmitted.errors, before.transmitted.errors)
      return StyledLine(
        label(device.name) + "↓ \(rates[0])   ↑ \(rates[1])" + (errors > 0 ? "   \(errors) errors" : ""),
        errors > 0 ? .worrying : .plain)
    }
  }

  private var services: [StyledLine] {
    var lines: [StyledLine] = []
    if let units = snapshot.units.reading {
      let active = units.units.filter { $0.activeState == "active" }.count
      let chain = units.units.isEmpty ? "" : "   \(active) of \(units.units.count) units active"
      lines.append(StyledLine(label("systemd") + units.systemState + chain))
    } else {
      lines.append(missing("systemd", snapshot.units))
    }
    if let kubelet = snapshot.kubelet.reading {
      let health = kubelet.isHealthy.map { $0 ? "healthy" : "not healthy" } ?? "health not told"
      let pods = kubelet.runningPods.map { "   \($0) pods running" } ?? ""
      let why = kubelet.unavailable.first.map { "   \($0.name): \($0.reason)" } ?? ""
      lines.append(StyledLine(label("kubelet") + health + pods + why))
    } else {
      lines.append(missing("kubelet", snapshot.kubelet))
    }
    return lines
  }

  private func row(_ name: String, _ share: Share, _ words: String) -> StyledLine {
    let percent = share.percent
    let gap = String(repeating: " ", count: max(1, 7 - percent.count))
    let style: StyledLine.Style =
      share.hundredths >= 9700 ? .wrong : share.hundredths >= 9000 ? .worrying : .plain
    return StyledLine(label(name) + share.bar(Self.barWidth) + gap + percent + "   " + words, style)
  }

  private func missing<Reading>(_ name: String, _ outcome: Outcome<Reading>) -> StyledLine {
    StyledLine(label(name) + "not read: " + (outcome.reason ?? ""), .faint)
  }

  private func label(_ name: String) -> String {
    name + String(repeating: " ", count: max(1, Self.labelWidth - name.count))
  }

  private static func hundredths(_ value: UInt64) -> String {
    "\(value / 100)." + (value % 100 < 10 ? "0" : "") + "\(value % 100)"
  }

  /// `3 d 4 h`, `4 h 12 min`, `12 min`.
  private static func duration(_ seconds: UInt64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60)
    if days > 0 { return "\(days) d \(hours) h" }
    return hours > 0 ? "\(hours) h \(minutes) min" : "\(minutes) min"
  }

  /// A counter that went backwards began anew, and its rate is not known.
  private static func difference(_ now: UInt64, _ before: UInt64) -> UInt64 { now >= before ? now - before : 0 }
}

extension CPUReading.Times {
  /// Time in which something ran. Guests' time is in `user` and `nice` of the kernel, and these members have it apart.
  fileprivate var busy: UInt64 { [user, nice, system, irq, softirq, steal].reduce(0) { $0 &+ $1 } }
  fileprivate var all: UInt64 { busy &+ idle &+ iowait }
}

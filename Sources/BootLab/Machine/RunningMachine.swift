public import BootChain
import Glibc

/// A machine that has been switched on, and what its journal said so far.
public final class RunningMachine {
  /// The node.
  public let node: LabNode
  /// Its kind: `nspawn`, `qemu`.
  public let kind: String
  /// Everything in its journal so far, of this boot only.
  public private(set) var journal = JournalStream()

  // The lab keeps machines, so they do not keep it.
  private unowned let lab: Lab
  private let machine: any Machine
  private let start: MachineStart
  private let place: String
  private let child: LabChild
  private let reader: LabChild
  private let record: Int32
  /// What an earlier boot left as its origin.
  private let stale: BootOrigin?

  init(_ start: MachineStart, on machine: some Machine, in lab: Lab, place: String) throws(LabError) {
    node = start.node
    self.machine = machine
    self.lab = lab
    self.start = start
    self.place = place
    kind = machine.kind
    stale = start.isFirst ? nil : machine.origin(start)
    child = try lab.start(machine.boot(start), output: .file("\(place)/boot.log"))
    reader = try lab.start(machine.journal(start), output: .pipe(errors: "\(place)/journal.errors"))
    record = open("\(place)/journal.json", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard record >= 0 else { throw .environment("cannot write \(place)/journal.json") }
  }

  deinit { if record >= 0 { close(record) } }

  /// The exit status of what boots it, once it is off; `nil` while it runs.
  public var exitStatus: Int32? { child.exitStatus() }

  /// The last lines of what boots it, and of Ignition where that ran outside: why it could not be switched on.
  public var bootLog: [String] {
    LabFile.lines(of: "\(start.state)/ignition.log").suffix(5) + LabFile.lines(of: "\(place)/boot.log")
  }

  /// The last lines of its console, without what only a terminal understands.
  public var console: [String] {
    LabFile.lines(of: "\(start.state)/console.log").map { line in
      String(String.UnicodeScalarView(line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }
  }

  private var origin: BootOrigin? {
    let origin = machine.origin(start)
    if case .monotonic = origin, origin == stale { return nil }
    return origin
  }

  /// Its entries of this boot.
  public var entries: [JournalEntry] {
    switch origin {
    // A disk keeps the journal of every boot, and a container shares its machine's clock.
    case .monotonic(let moment): journal.entries.filter { $0.monotonic >= moment }
    case .userspace, .initramfs: journal.entries
    case nil: []
    }
  }

  /// The timeline of this boot so far.
  public func timeline(
    budget: BootBudget? = nil, lastProof: String = ChainUnit.ciliumReady
  ) -> BootTimeline {
    var timeline = BootTimeline(
      node: node.name, machine: kind, chain: node.chain, entries: entries,
      origin: origin ?? .userspace, budget: budget ?? BootBudget(for: node.chain), lastProof: lastProof)
    timeline.unreadableLines = journal.unreadableLines
    return timeline
  }

  /// Waits until `condition` holds for the entries of this boot, looked at first and each time when there are new ones; `false` after `limit` or
  /// when the machine is off.
  public func wait(atMost limit: Duration, until condition: ([JournalEntry]) -> Bool) throws(LabError) -> Bool {
    let end = ContinuousClock.now.advanced(by: limit)
    var isFirst = true
    while true {
      try LabSignals.check()
      if readJournal() || isFirst, condition(entries) { return true }
      isFirst = false
      if ContinuousClock.now >= end { return false }
      if child.exitStatus() != nil {
        // What its journal still has to say.
        usleep(300_000)
        return readJournal() && condition(entries)
      }
      reader.waitForOutput(milliseconds: 250)
    }
  }

  /// Waits for the proof of `unit`.
  public func wait(forProofOf unit: String, atMost limit: Duration) throws(LabError) -> Bool {
    try wait(atMost: limit) { entries in
      entries.contains { entry in UnitEvent(entry).map { $0.unit == unit && $0.kind == .ready } ?? false }
    }
  }

  /// Shuts it down in order; `false` where it was not off after `limit`.
  public func powerOff(atMost limit: Duration = .seconds(60)) throws(LabError) -> Bool {
    try lab.run(machine.powerOff(start))
    let status = child.wait(atMost: limit)
    try LabSignals.check()
    _ = readJournal()
    reader.end()
    return status != nil
  }

  /// Switches it off as a power cut does: every process of it is killed, and its disk keeps what was written.
  public func cutPower() {
    child.end()
    // What the scripts remove at an orderly end; the next boot makes its own.
    LabFolder.removeControlGroup(start.controlGroup)
    _ = readJournal()
    reader.end()
  }

  /// Whether this boot has come so far that its time is counted.
  public var isOn: Bool { origin != nil }

  /// What a command that ran in the node said.
  public struct Answer: Sendable, Hashable {
    /// Its exit status, 128 and the number for a signal; `nil` where it did not end in time.
    public var status: Int32?
    /// Its standard output.
    public var output: String
  }

  /// Runs `words` in the node, as its root, to their end or for `limit`.
  public func run(_ words: [String], atMost limit: Duration = .seconds(30)) throws(LabError) -> Answer {
    guard let inside = machine.inside(start, words) else {
      throw .environment("\(kind): there is no way into a running node")
    }
    let command = try lab.start(inside, output: .pipe(errors: "\(place)/commands.log"))
    let end = ContinuousClock.now.advanced(by: limit)
    var said: [UInt8] = []
    while let bytes = command.read() {
      try LabSignals.check()
      said += bytes
      if ContinuousClock.now >= end { break }
      if bytes.isEmpty { command.waitForOutput(milliseconds: 100) }
    }
    let status = command.wait(atMost: max(.zero, end - ContinuousClock.now))
    command.end()
    return Answer(status: status, output: String(decoding: said, as: UTF8.self))
  }

  /// The node's disk as it is seen from outside, where it is a folder: what it changed of the tree.
  public var changes: String { "\(start.state)/upper" }

  /// Copies its journal (JSON) and its console to `folder`, as `NODE.journal.json` and `NODE.console.log`; `suffix` parts several boots.
  public func keep(in folder: String, suffix: String = "") throws(LabError) {
    for (file, name) in [("\(place)/journal.json", "journal.json"), ("\(start.state)/console.log", "console.log")] {
      // Where the node never came so far there is no console.
      guard access(file, F_OK) == 0 else { continue }
      let target = "\(folder)/\(node.name)\(suffix).\(name)"
      let copy = try LabChild(["cp", "--", file, target], output: .file("\(place)/keep.log"))
      guard copy.wait(atMost: .seconds(60)) == 0 else {
        throw .environment("cannot write \(target): \(Sandbox.lastLine(of: "\(place)/keep.log"))")
      }
    }
  }

  /// Whether there is anything new.
  private func readJournal() -> Bool {
    guard let bytes = reader.read(), !bytes.isEmpty else { return false }
    // A copy for whoever keeps it; a full disk there is no reason to stop watching.
    _ = LabFile.write(bytes, to: record)
    journal.add(bytes)
    return true
  }
}

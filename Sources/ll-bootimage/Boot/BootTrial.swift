import BootChain
import BootLab

/// One boot of the node, from its switching-on to its timeline.
struct BootTrial {
  let lab: Lab
  let machine: BootMachine
  let seconds: Int
  /// Where journal and console are kept, whatever comes of the boot.
  let keep: String?

  /// What came of it.
  struct Result {
    /// The machine, which is still on where it was not to be shut down.
    var machine: RunningMachine
    /// How it went.
    var timeline: BootTimeline
    /// What broke it.
    var broken: BootBreak?
    /// It came up, and did not shut down in order.
    var isStuck = false
  }

  func run(
    _ node: BootNodes.Node, lastProof: String, isFirst: Bool, endsInOrder: Bool
  ) throws(LabError) -> Result {
    let booted = try machine.node(node, in: lab, on: machine.on, lastProof: lastProof)
    let running: RunningMachine
    switch machine.on {
    case .nspawn: running = try lab.boot(booted, on: machine.container, isFirst: isFirst, timeout: seconds + 120)
    case .qemu:
      running = try lab.boot(
        booted, on: try machine.virtualMachine(address: node.address), isFirst: isFirst, timeout: seconds + 300)
    }
    let isReady = try running.wait(forProofOf: lastProof, atMost: .seconds(seconds))
    if let keep { try running.keep(in: keep, suffix: isFirst ? "" : ".second") }
    try explainNothing(running)
    var budget = BootBudget(for: node.chain)
    if isReady, machine.on == .qemu {
      // The measurement begins when the last proof stands.
      _ = try running.wait(atMost: .seconds(120)) { CPUFactor.nanoseconds(in: $0) != nil }
    }
    if let time = CPUFactor.nanoseconds(in: running.entries) {
      budget.cpuFactorThousandths = CPUFactor.thousandths(machine: time, here: try lab.measureCPU())
    }
    let timeline = running.timeline(budget: budget, lastProof: lastProof)
    let broken = timeline.firstBreak(in: running.entries)
    var result = Result(machine: running, timeline: timeline, broken: broken)
    if isReady, endsInOrder, isFirst {
      // Stopping takes an emulated processor as long as starting.
      result.isStuck = try !running.powerOff(atMost: .seconds(machine.on == .qemu ? 600 : 60))
    }
    // Once more, with what came since.
    if let keep { try running.keep(in: keep, suffix: isFirst ? "" : ".second") }
    return result
  }

  /// Ends with what is known where the node never said a word.
  private func explainNothing(_ running: RunningMachine) throws(LabError) {
    guard running.entries.isEmpty else { return }
    let said = (running.bootLog.suffix(5) + running.console.suffix(5)).joined(separator: "\n")
    let text = "\(running.node.name) wrote no journal" + (said.isEmpty ? "" : ":\n\(said)")
    // The script's words for an Ignition that refused the config.
    if running.exitStatus == 1 { throw .refused(text) }
    throw .environment(text)
  }
}

import ArgumentParser
import BootChain
import BootImage
import BootLab
import Desk
import Diagnostics

/// `ll-bootimage boot`
struct Boot: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boot",
    abstract: "Boots a node in the lab and prints when each stage of its chain was ready, and what it waited for.",
    discussion: """
      The lab is a Debian tree with real Ignition, systemd and podman: `make lab` builds it. Needs root. The node is rendered \
      as `build` renders it, or taken ready with --config. With --state its TPM is a simulated one that the desk has sealed to; \
      without, it gets throw-away secrets in plain text, as `build --lab` renders them.

      Exit status: 0 the last proof stood, 1 it did not, and the first unit that broke the chain is printed with its log, \
      2 usage, 3 the machine cannot boot anything (no tree, no systemd-nspawn).
      """)

  @OptionGroup var nodes: BootNodes

  @OptionGroup var machine: BootMachine

  @Option(help: ArgumentHelp("Keep the journal (JSON) and the console of every boot here.", valueName: "DIR"))
  var keep: String?

  @Option(help: ArgumentHelp("How long the last proof may take, in seconds.", valueName: "S"))
  var timeout: Int?

  @Option(help: "How the timeline is printed: text or json.")
  var format: OutputFormat = .text

  @Option(help: ArgumentHelp("Write the timeline as a picture too.", valueName: "FILE"))
  var svg: String?

  @Flag(help: "Then shut the node down in order and boot it again, without Ignition; both timelines are printed.")
  var secondBoot = false

  func validate() throws {
    if let timeout, !(1...86_400).contains(timeout) { throw ValidationError("--timeout takes 1 to 86400 seconds") }
    if svg == "-" { throw ValidationError("--svg writes a file, not standard output") }
  }

  func run() throws {
    LabSignals.watch()
    if let keep, !HostFile.isFolder(keep) { throw Failure.said(.refused("no folder \(keep): --keep names one")) }
    let rendered = try nodes.rendered()
    let status: ExitStatus?
    do throws(LabError) {
      status = try boot(rendered)
    } catch .interrupted(let signal) {
      // Whatever ran has ended with the lab, which is gone here.
      LabSignals.endProgram(by: signal)
    } catch {
      Terminal.error("ll-bootimage: error: \(error)")
      if case .refused = error { throw ExitStatus.input }
      throw ExitStatus.environment
    }
    if let status { throw status }
  }

  /// `nil` where every boot came to its last proof.
  private func boot(_ rendered: BootNodes.Rendered) throws(LabError) -> ExitStatus? {
    let lab = try machine.lab(for: rendered)
    defer { lab.end() }
    let seconds = timeout ?? (machine.on == .nspawn ? 180 : 900)
    try startBeside(rendered, in: lab, seconds: seconds)
    for isFirst in secondBoot ? [true, false] : [true] {
      let trial = BootTrial(lab: lab, machine: machine, seconds: seconds, keep: keep)
      let result = try trial.run(rendered.node, lastProof: nodes.lastProof, isFirst: isFirst, endsInOrder: secondBoot)
      try show(result, isFirst: isFirst)
      if result.isStuck { throw .refused("\(rendered.node.name) did not shut down in order") }
      if result.timeline.finished == nil { return .input }
    }
    return nil
  }

  /// The nodes beside which the node is to come up, all started at once and up before it.
  private func startBeside(_ rendered: BootNodes.Rendered, in lab: Lab, seconds: Int) throws(LabError) {
    var running: [RunningMachine] = []
    for peer in rendered.beside {
      // Longer than anything that the node does beside it: two boots, a measurement, an orderly end.
      running.append(
        try lab.boot(
          try machine.node(peer, in: lab, on: .nspawn), on: machine.container, timeout: 3 * seconds + 3600))
    }
    for peer in running where try !peer.wait(forProofOf: ChainUnit.ciliumReady, atMost: .seconds(seconds)) {
      if let keep { try peer.keep(in: keep) }
      let broken = peer.timeline().firstBreak(in: peer.entries)
      let log = (broken?.log ?? peer.bootLog.suffix(5)).map { "\n  \($0)" }.joined()
      throw .refused(
        "\(peer.node.name), beside which the node is to boot, broke: \(broken?.line ?? "no journal")\(log)")
    }
    lab.keepRunning(running)
  }

  private func show(_ result: BootTrial.Result, isFirst: Bool) throws(LabError) {
    switch format {
    case .text:
      let text = TimelineText(result.timeline, broken: result.broken).text
      Terminal.output((isFirst ? "" : "\nsecond boot of ") + text)
      // What was never started waits for something before the chain, of which its units know nothing.
      if result.broken?.timing.state == .absent {
        Terminal.line("the console ends with:")
        for line in result.machine.console.suffix(5) { Terminal.line("  \(line)") }
      }
    case .json: Terminal.output(result.timeline.json(broken: result.broken).compact + [UInt8(ascii: "\n")])
    }
    guard let svg, isFirst else { return }
    do throws(FileError) {
      try HostFile.replace(svg, with: Array(TimelineSVG(result.timeline).text.utf8))
    } catch {
      throw .environment("\(error)")
    }
  }
}

import ArgumentParser
import Console
import Diagnostics
import NodeBoot

/// `ll-node bootstrap-gate`
struct BootstrapGateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bootstrap-gate",
    abstract: "Decide, before each start of OpenBao, whether it may initialise a new cluster.",
    discussion: """
      Withheld: OpenBao was healthy with the data that is here, or this TPM remembers that it once was, or a peer is \
      initialised. Allowed: every peer says that it is not. A peer that does not answer is waited for: it may be a \
      cluster that is down. Where a machine does not exist yet, a person who knows that writes its name, as given with \
      --peer, into the file of --absent.

      Allowed, the stanza lies at --out; withheld, nothing does. Beside it, decided says which and why. Data that began \
      under this gate and never came to work is deleted before it is tried again; other data never is.

      Exit codes: 0 decided, whichever way; 3 not decided: the TPM, a file, or with --once a peer.
      """)

  @Option(help: ArgumentHelp("The self-initialisation.", valueName: "FILE")) var stanza: String

  @Option(help: ArgumentHelp("Where OpenBao reads it.", valueName: "FILE")) var out: String

  @Option(help: ArgumentHelp("OpenBao's Raft data.", valueName: "DIR")) var data: String

  @Option(help: ArgumentHelp("The anchors that the peers' certificates are verified against, PEM.", valueName: "FILE"))
  var ca: String

  @Option(
    name: .customLong("peer"),
    help: ArgumentHelp(
      "Another master: where its OpenBao listens and the name in its certificate; once for each.",
      valueName: "https://ADDRESS:PORT,NAME"), transform: peer)
  var peers: [BootstrapPeer] = []

  @Option(help: ArgumentHelp("The peers that a person declares absent, a name on each line.", valueName: "FILE"))
  var absent = AbsentPeers.defaultPath

  @Option(help: Interval.help) var interval = Interval.seconds(1)

  @OptionGroup var gate: GateOptions

  func validate() throws {
    guard Set(peers.map(\.name)).count == peers.count else { throw ValidationError("Two peers have the same name.") }
    guard out.hasPrefix("/"), data.hasPrefix("/") else { throw ValidationError("--out and --data are absolute paths.") }
  }

  mutating func run() async throws {
    ChildGroup.endsWithThisProcess()
    do {
      let gate = BootstrapGate(stanza: stanza, out: out, data: data, index: try TPMProgram())
      if let decision = try gate.open() { return tell(decision) }
      tell(try gate.decide(try await askPeers()))
    } catch {
      throw BootstrapWords.said(error, by: "bootstrap-gate")
    }
  }

  private static func peer(_ text: String) throws -> BootstrapPeer {
    guard let peer = BootstrapPeer(text) else { throw ValidationError("A peer is https://ADDRESS:PORT,NAME.") }
    return peer
  }

  private func askPeers() async throws -> BootstrapPeers.Verdict {
    var check = try BootstrapPeers(peers, anchors: ca, absent: AbsentPeers(path: absent))
    let printer = GatePrinter(gate: "bootstrap-gate", format: gate.format)
    if gate.once {
      let statuses = await check.check()
      if check.verdict == nil { printer.tell(.missing(statuses, waited: .zero)) }
    } else {
      await ReadinessWatch(interval: interval.duration).run(&check) { event in
        // Who is ready is part of the decision's words.
        if case .ready = event { return }
        printer.tell(event)
      }
    }
    guard let verdict = check.verdict else { throw Exit.environment }
    return verdict
  }

  private func tell(_ decision: BootstrapDecision) {
    switch gate.format {
    case .text: Output.standard.line("bootstrap-gate: \(decision)")
    case .json:
      let line = JSONText.object([
        .init("allowed", .boolean(decision.isAllowed)), .init("gate", .string("bootstrap-gate")),
        .init("words", .string("\(decision)")),
      ])
      Output.standard.line(String(decoding: line.compact, as: UTF8.self))
    }
  }
}

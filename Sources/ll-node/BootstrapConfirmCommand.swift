import ArgumentParser
import Console
import NodeBoot

/// `ll-node bootstrap-confirm`
struct BootstrapConfirmCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bootstrap-confirm",
    abstract: "Wait until this node's OpenBao is healthy, then see that this node never initialises a cluster again.",
    discussion: """
      OpenBao answers only when its self-initialisation is complete. Its data is then confirmed, so that bootstrap-gate \
      wipes none of it, and this TPM's index 'initialised' is set (ll-tpm initialised).
      """)

  @Option(help: ArgumentHelp("OpenBao's Raft data.", valueName: "DIR")) var data: String

  @OptionGroup var endpoint: HealthOptions

  @Option(help: Interval.help) var interval = Interval.seconds(1)

  @OptionGroup var gate: GateOptions

  func validate() throws {
    guard data.hasPrefix("/") else { throw ValidationError("--data is an absolute path.") }
  }

  mutating func run() async throws {
    ChildGroup.endsWithThisProcess()
    do {
      let index = try TPMProgram()
      if try BootstrapGate.isConfirmed(data: data, index: index) {
        return Output.standard.line("bootstrap-confirm: confirmed before")
      }
      let check = try OpenBaoReady(url: endpoint.health, anchors: endpoint.ca)
      try await gate.pass(check, named: "bootstrap-confirm", every: interval)
      try BootstrapGate.confirm(data: data, index: index)
      Output.standard.line("bootstrap-confirm: confirmed: this node initialises no cluster any more")
    } catch {
      throw BootstrapWords.said(error, by: "bootstrap-confirm")
    }
  }
}

/// How a fault of the bootstrap's commands ends the program.
enum BootstrapWords {
  /// Prints what failed and what to do about it, unless that is said already; the exit code for it.
  static func said(_ error: any Error, by command: String) -> Exit {
    if let exit = error as? Exit { return exit }
    Output.error.line("\(command): error: \(error)")
    if let advice = (error as? BootstrapFault)?.advice { Output.error.line("  \(advice)") }
    return .environment
  }
}

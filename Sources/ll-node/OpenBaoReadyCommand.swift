import ArgumentParser
import Console
import NodeBoot

/// `ll-node openbao-ready`
struct OpenBaoReadyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "openbao-ready",
    abstract: "Wait until this node's OpenBao says that it is unsealed.")

  @OptionGroup var endpoint: HealthOptions

  @Option(help: Interval.help) var interval = Interval.seconds(1)

  @OptionGroup var gate: GateOptions

  mutating func run() async throws {
    let check: OpenBaoReady
    do {
      check = try OpenBaoReady(url: endpoint.health, anchors: endpoint.ca)
    } catch {
      Output.error.line("openbao-ready: error: \(error)")
      throw Exit.environment
    }
    try await gate.pass(check, named: "openbao-ready", every: interval)
  }
}

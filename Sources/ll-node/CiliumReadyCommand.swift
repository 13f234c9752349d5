import ArgumentParser
import Console
import NodeBoot

/// `ll-node cilium-ready`
struct CiliumReadyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cilium-ready",
    abstract: "Wait until this node's Cilium agent says that it is healthy.")

  @Option(help: "The agent's health endpoint.")
  var url = CiliumReady.defaultURL

  @Option(help: Interval.help) var interval = Interval.seconds(1)

  @OptionGroup var gate: GateOptions

  func validate() throws {
    guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
      throw ValidationError("The URL begins with http:// or https://.")
    }
  }

  mutating func run() async throws {
    let check: CiliumReady
    do {
      check = try CiliumReady(url: url)
    } catch {
      Output.error.line("cilium-ready: error: \(error)")
      throw Exit.environment
    }
    try await gate.pass(check, named: "cilium-ready", every: interval)
  }
}

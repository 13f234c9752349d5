import ArgumentParser
import Console
import NodeBoot

/// `ll-node openbao-ready`
struct OpenBaoReadyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "openbao-ready",
    abstract: "Wait until this node's OpenBao says that it is unsealed.")

  @Option(
    help: ArgumentHelp(
      "Its health endpoint, https://ADDRESS:8200/v1/sys/health?standbyok=true; the certificate must be for that host.",
      valueName: "URL"))
  var health: String

  @Option(help: ArgumentHelp("The anchors that its certificate is verified against, PEM.", valueName: "FILE"))
  var ca: String

  @Option(help: Interval.help) var interval = Interval.seconds(1)

  @OptionGroup var gate: GateOptions

  func validate() throws {
    guard health.hasPrefix("https://") else { throw ValidationError("The URL begins with https://.") }
  }

  mutating func run() async throws {
    let check: OpenBaoReady
    do {
      check = try OpenBaoReady(url: health, anchors: ca)
    } catch {
      Output.error.line("openbao-ready: error: \(error)")
      throw Exit.environment
    }
    try await gate.pass(check, named: "openbao-ready", every: interval)
  }
}

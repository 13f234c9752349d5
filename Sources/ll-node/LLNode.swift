import ArgumentParser
import Console

/// The boot chain's gates on a node.
@main
struct LLNode: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ll-node",
    abstract: "The gates of a node's boot chain: what systemd cannot express by itself.",
    discussion: """
      Each gate is a unit's command. It looks every second or two, says what is missing whenever that changes, and ends \
      when nothing is; how long that may take is for the unit to say. One of them, addons, also brings what is missing.

      Exit codes: 0 ready, 1 the input is wrong (every finding on stderr as FILE:LINE:COL: error: text), 2 usage, \
      3 not ready with --once, or the environment failed.
      """,
    version: "0.1.0",
    subcommands: [
      PKIReadyCommand.self, AddOnsCommand.self, CiliumReadyCommand.self, OpenBaoReadyCommand.self,
      BootstrapGateCommand.self, BootstrapConfirmCommand.self,
    ])

  // A unit that forgot to name its gate must not pass it.
  mutating func run() async throws { throw ValidationError("Name a gate.") }

  static func main() async {
    Output.prepare()
    await verdict().conclude()
  }

  private static func verdict() async -> Exit {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      return .done
    } catch {
      return Exit(error, of: Self.self)
    }
  }
}

import ArgumentParser
import Console

/// The operator's half of the license protocol, and the key server's double.
@main
struct LLOperatorDev: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ll-operator-dev",
    abstract: "For development, CI and demos: licenses nodes as the operator does, and answers as a key server.",
    discussion: """
      Exit codes: 0 done, 1 the settings are wrong (every finding on stderr as FILE:LINE:COL: error: text), 2 usage, \
      3 the environment failed.
      """,
    version: "0.1.0",
    subcommands: [RunCommand.self, KeyServerCommand.self, StatusCommand.self])

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

import ArgumentParser
import Console

/// The node agent.
@main
struct LLAgent: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ll-agent",
    abstract: "A node's agent: what the node is doing, and whether it may.",
    discussion: """
      Exit codes: 0 done, 1 the settings are wrong (every finding on stderr as FILE:LINE:COL: error: text), 2 usage, \
      3 the environment failed.
      """,
    subcommands: [
      CollectCommand.self, RunCommand.self, EnrollCommand.self, StatusCommand.self, ExplainCommand.self,
      CheckCommand.self, FingerprintCommand.self,
    ])

  // On the first thread, which is alone until something is waited for: `run` lets go of what is each thread's own.
  @MainActor static func main() async {
    Output.prepare()
    await verdict().conclude()
  }

  @MainActor private static func verdict() async -> Exit {
    do {
      var command = try parseAsRoot()
      if let run = command as? RunCommand {
        try await run.begin().run()
      } else if var command = command as? any AsyncParsableCommand {
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

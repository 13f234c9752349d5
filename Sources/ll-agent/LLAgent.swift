import ArgumentParser
import Console
import Dispatch
import NodeAgent

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
    version: RunSettings.version,
    subcommands: [
      CollectCommand.self, RunCommand.self, EnrollCommand.self, StatusCommand.self, ExplainCommand.self,
      CheckCommand.self, FingerprintCommand.self,
    ])

  // Not async: that would be Dispatch's first thread, and the service's tasks run on an event loop.
  static func main() {
    Output.prepare()
    // What is wrong with the command line is said below.
    if let run = (try? parseAsRoot()) as? RunCommand { serve(run) }
    Task { @MainActor in await verdict().conclude() }
    dispatchMain()
  }

  // On the first thread, which is alone until the loop is there: `run` lets go of what is each thread's own.
  private static func serve(_ run: RunCommand) -> Never {
    do {
      let start = try run.begin()
      TaskLoop.run {
        do { try await start.run() } catch { Exit(error, of: LLAgent.self).conclude() }
      }
    } catch {
      Exit(error, of: LLAgent.self).conclude()
    }
  }

  @MainActor private static func verdict() async -> Exit {
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

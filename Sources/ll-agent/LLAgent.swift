import ArgumentParser
import Console
import Glibc

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
    let verdict = await verdict()
    // A result that was not printed is no success. A reader who has gone has read enough, and a failure stays what it
    // is.
    guard verdict == .done, let loss = Output.loss else { verdict.end() }
    Output.error.line("standard output: error: cannot be written: \(loss)")
    Exit.environment.end()
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
    } catch let code as Exit {
      return code
    } catch {
      // The argument parser's own exit codes are those of sysexits.h; the contract of these programs has one for usage.
      let message = fullMessage(for: error)
      let isRequest = exitCode(for: error) == .success
      if !message.isEmpty { (isRequest ? Output.standard : Output.error).line(message) }
      return isRequest ? .done : .usage
    }
  }
}

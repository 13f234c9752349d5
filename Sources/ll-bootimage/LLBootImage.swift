import ArgumentParser
import Glibc
import SecretMemory

/// `ll-bootimage`: from one cluster file to one Ignition config per node.
@main
struct LLBootImage: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ll-bootimage",
    abstract: "Turns a cluster file and two image definitions into one Ignition config per node.",
    discussion: """
      Start with `ll-bootimage init DIR`, edit what it wrote, then `ll-bootimage build --cluster DIR/cluster.yaml --out DIR/out`.

      Exit status: 0 done, 1 the input is wrong (every finding on standard error as FILE:LINE:COL: error|warning: text), \
      2 usage, 3 the environment failed (files, network).
      """,
    version: "0.1.0",
    subcommands: [
      Init.self, Build.self, Validate.self, Show.self, ConvertQuadlets.self, Graph.self, Explain.self, Fetch.self,
      PKICommand.self, SealCommand.self, Boot.self,
    ])

  static func main() {
    // A reader that went away is told by write(2), so that nothing is left behind half-done.
    signal(SIGPIPE, SIG_IGN)
    do throws(SecretMemoryError) {
      // Before any key is in memory that a dump would keep.
      try ProcessHardening.disableCoreDumps()
    } catch {
      Terminal.error("ll-bootimage: error: \(error)")
      Glibc.exit(ExitStatus.environment.rawValue)
    }
    let status = run()
    if status == .done, ![0, EPIPE].contains(Terminal.lostOutput) {
      Terminal.error("ll-bootimage: cannot write the result: \(String(cString: strerror(Terminal.lostOutput)))")
      Glibc.exit(ExitStatus.environment.rawValue)
    }
    Glibc.exit(status.rawValue)
  }

  private static func run() -> ExitStatus {
    do {
      var command = try parseAsRoot()
      if command is LLBootImage {
        Terminal.error(helpMessage())
        return .usage
      }
      try command.run()
      return .done
    } catch let status as ExitStatus {
      return status
    } catch {
      let message = fullMessage(for: error)
      guard exitCode(for: error) == .success else {
        Terminal.error(message)
        return .usage
      }
      if !message.isEmpty { Terminal.line(message) }
      return .done
    }
  }
}

/// How a program of this package ends; scripts rely on the numbers.
enum ExitStatus: Int32, Error {
  /// Everything asked for was done.
  case done = 0
  /// The input is wrong; the findings tell where.
  case input = 1
  /// The command line is wrong.
  case usage = 2
  /// A file, the network or the machine failed.
  case environment = 3
}

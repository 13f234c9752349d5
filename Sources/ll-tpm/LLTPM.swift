import ArgumentParser
import Console
import SecretMemory

/// Seals and releases a node's secrets with its TPM.
@main
struct LLTPM: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ll-tpm",
    abstract: "Seals secrets to a node's own TPM, and releases them there at boot.",
    discussion: """
      On the node: identity, import, unseal, release, cap, doctor, initialised. On the desk, without a TPM: seal-for, approve. \
      Either: seal, inspect.

      Exit codes: 0 done, 1 the input is wrong (every finding on stderr), 2 usage, 3 the TPM or a file failed.
      """,
    version: "0.1.0",
    subcommands: [
      UnsealCommand.self, ReleaseCommand.self, ImportCommand.self, IdentityCommand.self, SealCommand.self,
      SealForCommand.self, ApproveCommand.self, InspectCommand.self, CapCommand.self, DoctorCommand.self,
      InitialisedCommand.self,
    ])

  mutating func run() async throws { throw ValidationError("Name a command.") }

  static func main() async {
    Output.prepare()
    await verdict().conclude()
  }

  // The boot's own commands are parsed without all the others, which takes half as long. Whatever is wrong, or asked
  // about, is left to the whole parser, whose words tell where one is.
  private static func parsed() throws -> any ParsableCommand {
    let words = CommandLine.arguments.dropFirst()
    let command = configuration.subcommands.first { $0.configuration.commandName == words.first }
    if let command, let parsed = try? command.parse(Array(words.dropFirst())) { return parsed }
    return try parseAsRoot()
  }

  private static func plainUnseal() -> UnsealRequest? {
    let words = CommandLine.arguments.dropFirst()
    return words.first == "unseal" ? UnsealRequest(words: words.dropFirst()) : nil
  }

  private static func verdict() async -> Exit {
    do {
      // Before anything secret is there to be dumped.
      try ProcessHardening.disableCoreDumps()
      if let request = plainUnseal() {
        try await request.run()
        return .done
      }
      var command = try parsed()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      return .done
    } catch let error as SecretMemoryError {
      Output.error.line("ll-tpm: error: \(error)")
      return .environment
    } catch {
      return Exit(error, of: Self.self)
    }
  }
}

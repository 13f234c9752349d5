import ArgumentParser
import Console
import SealedObject
import TPMUnseal

/// `ll-tpm seal-for`
struct SealForCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seal-for",
    abstract: "Seals a secret for another machine's TPM, from its identity file alone; no TPM is needed here.")

  @Option(help: ArgumentHelp("The node's identity, as ll-tpm identity printed it there.", valueName: "FILE"))
  var identity: String

  @OptionGroup var content: ContentOptions
  @OptionGroup var policy: PolicyOptions

  mutating func run() throws {
    let identity = try BlobInput.identity(identity)
    let request = try policy.request(identity)
    let content = try self.content.content()
    let pair: SealedPair
    do throws(SealedObjectError) {
      pair = try SealedPair(sealing: content, request, for: identity)
    } catch {
      throw Failure.said(error, of: self.identity)
    }
    try self.content.write(pair)
  }
}

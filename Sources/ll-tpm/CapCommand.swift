import ArgumentParser
import Console
import TPMUnseal

/// `ll-tpm cap`
struct CapCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cap",
    abstract: "Extends a blob's cap PCR: nothing over it is released until the next boot.",
    discussion: "OpenBao cannot be restarted until then.")

  @Option(help: ArgumentHelp("The sealed file whose policy names the cap PCR.", valueName: "BLOB.pem"))
  var blob: String

  @OptionGroup var tpm: TPMOptions

  mutating func run() async throws {
    let pair = try BlobInput.pair(blob)
    let device = try tpm.open()
    do throws(UnsealError) {
      if try await Capping.cap(pair, in: device) { return }
    } catch {
      throw Failure.said(error)
    }
    Output.error.line("\(blob): error: its policy has no cap PCR")
    throw Exit.inputIsWrong
  }
}

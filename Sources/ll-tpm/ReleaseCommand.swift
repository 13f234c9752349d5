import ArgumentParser
import Console
import TPMUnseal

/// `ll-tpm release`
struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Waits for OpenBao's proof of health, then unlinks what unseal made.",
    discussion: """
      The proof is ll-node's (openbao-ready), which is run from the folder of this program: it speaks TLS, and this program holds keys. \
      With --cap the cap PCR is extended afterwards: nothing is released any more until the next boot, and OpenBao cannot be restarted until then.
      """)

  @Option(help: ArgumentHelp("The manifest that unseal was given.", valueName: "FILE"))
  var manifest: String

  @Option(
    help: ArgumentHelp("OpenBao's health endpoint to wait for; without it nothing is waited for.", valueName: "URL"))
  var health: String?

  @Option(help: ArgumentHelp("The anchors of OpenBao's certificate, PEM.", valueName: "FILE"))
  var ca: String?

  @Flag(help: "Extend the cap PCR afterwards.")
  var cap = false

  @OptionGroup var tpm: TPMOptions

  func validate() throws {
    if (health == nil) != (ca == nil) { throw ValidationError("--health and --ca go together.") }
  }

  mutating func run() async throws {
    let manifest = try BlobInput.manifest(manifest)
    if let health, let ca {
      let fault = HealthProof.wait(["--health", health, "--ca", ca])
      if let fault {
        Output.error.line("ll-tpm: error: \(fault)")
        throw Exit.environment
      }
    }
    try Failure.onDisk { () throws(ReleaseError) in try SecretFiles.remove(manifest.files.map(\.path)) }
    guard cap else { return }
    let pair = try BlobInput.pair(manifest.blob, releaseKey: manifest.releaseKey)
    let device = try tpm.open()
    do throws(UnsealError) {
      if try await Capping.cap(pair, in: device) { return }
    } catch {
      throw Failure.said(error)
    }
    Output.error.line("\(manifest.blob): warning: its policy has no cap PCR, so there is nothing to cap")
  }
}

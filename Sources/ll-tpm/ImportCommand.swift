import ArgumentParser
import Console
import SealedObject
import SecretMemory
import TPMUnseal

/// `ll-tpm import`
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Makes a blob that was sealed for this TPM on a desk this TPM's own, once.",
    discussion: """
      The new blob takes the old one's place by rename once it has been unsealed; until then the old one stays. A blob that is local already is left \
      alone, so a unit can run this at every boot.
      """)

  @Option(help: ArgumentHelp("The manifest that names the blob.", valueName: "FILE"))
  var manifest: String?

  @Option(help: ArgumentHelp("The sealed file.", valueName: "BLOB.pem"))
  var blob: String?

  @Option(
    help: ArgumentHelp(
      "A file on the encrypted disk with an authorization value, made where it is not there; the new blob needs it.",
      valueName: "FILE"))
  var authFile: String?

  @OptionGroup var tpm: TPMOptions

  func validate() throws {
    if (manifest == nil) == (blob == nil) { throw ValidationError("Name a --manifest or a --blob.") }
  }

  mutating func run() async throws {
    let manifest = try manifest.map { (path) throws(Exit) in try BlobInput.manifest(path) }
    guard let blob = blob ?? manifest?.blob else { throw Exit.usage }
    let pair = try BlobInput.pair(blob, releaseKey: manifest?.releaseKey)
    guard pair.file.key.kind == .importable else { return }
    let authFile = authFile ?? manifest?.authFile
    let value = try authFile.map { (path) throws(Exit) in
      try Failure.handled(of: path) { () throws(UnsealError) in try AuthorizationFile.readOrMake(path) }
    }
    let device = try tpm.open()
    do throws(UnsealError) {
      let local = try await Importing.localPair(of: pair, authorizationValue: value, in: device)
      try SealedPaths(blob: blob).replaceObject(by: local)
    } catch {
      throw Failure.said(error, of: blob)
    }
    Output.standard.line("\(blob): imported; it cannot leave this TPM any more")
  }
}

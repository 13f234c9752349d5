import ArgumentParser

/// `ll-tpm unseal`
struct UnsealCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unseal",
    abstract: "Releases a sealed secret into a file on a tmpfs, or a bundle into many.",
    discussion: "What is written is the secret, byte by byte: no newline is added. All files are written, or none.")

  @Option(help: ArgumentHelp("The files to make of a bundle, in systemd's syntax.", valueName: "FILE"))
  var manifest: String?

  @Option(help: ArgumentHelp("The sealed file; its sidecar lies beside it as .json.", valueName: "BLOB.pem"))
  var blob: String?

  @Option(help: ArgumentHelp("The file to make, on a tmpfs.", valueName: "FILE"))
  var out: String?

  @Option(help: ArgumentHelp("The file's owner, in numbers.", valueName: "UID:GID"))
  var owner: String?

  @Option(help: ArgumentHelp("The file's mode.", valueName: "OCTAL"))
  var mode = UnsealRequest().mode

  @Option(help: ArgumentHelp("The file's SELinux context.", valueName: "CONTEXT"))
  var selinuxContext: String?

  @Option(help: ArgumentHelp("The authorization value that the blob needs.", valueName: "FILE"))
  var authFile: String?

  @Option(help: ArgumentHelp("Accept only this release key (PEM).", valueName: "FILE"))
  var releaseKey: String?

  @Flag(help: "The blob was made by other tools: it has no sidecar, and nothing but the TPM vouches for it.")
  var foreign = false

  @OptionGroup var tpm: TPMOptions

  var request: UnsealRequest {
    var request = UnsealRequest()
    request.manifest = manifest
    request.blob = blob
    request.out = out
    request.owner = owner
    request.mode = mode
    request.selinuxContext = selinuxContext
    request.authFile = authFile
    request.releaseKey = releaseKey
    request.foreign = foreign
    request.tcti = tpm.tcti
    return request
  }

  func validate() throws { if let contradiction = request.contradiction { throw ValidationError(contradiction) } }

  mutating func run() async throws { try await request.run() }
}

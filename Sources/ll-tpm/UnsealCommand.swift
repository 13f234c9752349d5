import ArgumentParser
import Console
import SealedObject
import SecretMemory
import TPMUnseal

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
  var mode = "0400"

  @Option(help: ArgumentHelp("The file's SELinux context.", valueName: "CONTEXT"))
  var selinuxContext: String?

  @Option(help: ArgumentHelp("The authorization value that the blob needs.", valueName: "FILE"))
  var authFile: String?

  @Option(help: ArgumentHelp("Accept only this release key (PEM).", valueName: "FILE"))
  var releaseKey: String?

  @Flag(help: "The blob was made by other tools: it has no sidecar, and nothing but the TPM vouches for it.")
  var foreign = false

  @OptionGroup var tpm: TPMOptions

  func validate() throws {
    if manifest != nil {
      guard blob == nil, out == nil, owner == nil, mode == "0400", selinuxContext == nil, !foreign else {
        throw ValidationError("The manifest says what is released into which files.")
      }
    } else if blob == nil || out == nil {
      throw ValidationError("Name a --manifest, or a --blob and its --out.")
    }
    if FileAccess.mode(mode) == nil {
      throw ValidationError("--mode is octal and lets nobody but the owner and the group read, such as 0400.")
    }
    if let owner, FileAccess.owner(owner) == nil { throw ValidationError("--owner is UID:GID, in numbers.") }
  }

  mutating func run() async throws {
    if let manifest { return try await release(BlobInput.manifest(manifest)) }
    guard let blob, let out else { throw Exit.usage }
    var access = FileAccess(mode: FileAccess.mode(mode) ?? 0o400, selinuxContext: selinuxContext)
    if let owner = owner.flatMap({ FileAccess.owner($0) }) { (access.user, access.group) = owner }
    if foreign { return try await releaseForeign(blob, out, access) }
    try await release(
      ReleaseManifest(
        blob: blob, authFile: authFile, releaseKey: releaseKey,
        files: [ReleaseManifest.File(name: "secret", path: out, access: access)]))
  }

  private func release(_ manifest: ReleaseManifest) async throws {
    let pair = try BlobInput.pair(manifest.blob, releaseKey: releaseKey ?? manifest.releaseKey)
    let value = try BlobInput.authorizationValue(pair, authFile ?? manifest.authFile)
    let device = try tpm.open()
    do throws(UnsealError) {
      try await BundleRelease.run(manifest, pair, authorizationValue: value, from: device)
    } catch {
      throw Failure.said(error, of: manifest.blob)
    }
  }

  private func releaseForeign(_ blob: String, _ out: String, _ access: FileAccess) async throws {
    let pem = try Failure.onDisk { () throws(ReleaseError) in try PlainFile.read(blob) }
    let value = try authFile.map { (path) throws(Exit) in
      try Failure.handled(of: path) { () throws(UnsealError) in try SecretFile.read(path, limit: 64) }
    }
    let device = try tpm.open()
    do throws(UnsealError) {
      let secret = try await ForeignBlob.secret(of: pem, authorizationValue: value, from: device)
      do throws(ReleaseError) {
        try SecretFiles.write([SecretFiles.Item(path: out, secret: secret, access: access)])
      } catch {
        throw .release(error)
      }
    } catch {
      throw Failure.said(error, of: blob)
    }
  }
}

import ArgumentParser
import Console
import SealedObject
import TPMUnseal

/// `ll-tpm seal`
struct SealCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seal",
    abstract: "Seals a secret to this machine's TPM.",
    discussion:
      "Under standard and strict the release key must be here, which is for labs: on a fleet use seal-for on the desk.")

  @OptionGroup var content: ContentOptions
  @OptionGroup var policy: PolicyOptions

  @Option(
    help: ArgumentHelp(
      "A file with an authorization value, made where it is not there; the blob needs it.", valueName: "FILE"))
  var authFile: String?

  @Option(help: ArgumentHelp("The event log.", valueName: "FILE"))
  var eventLog: String?

  @Flag(help: "Do not make a storage root key where there is none.")
  var noCreate = false

  @OptionGroup var tpm: TPMOptions

  mutating func run() async throws {
    let content = try self.content.content()
    let device = try tpm.open()
    var identity: TPMIdentity?
    if policy.policy != "tpm-only" {
      let log = try EventLogInput.bytes(eventLog)
      do throws(UnsealError) {
        identity = try await IdentityReading.read(device, mayMakeRoot: !noCreate, eventLog: log)
      } catch {
        throw Failure.said(error)
      }
    }
    let request = try policy.request(identity)
    let value = try authFile.map { (path) throws(Exit) in
      try Failure.handled(of: path) { () throws(UnsealError) in try AuthorizationFile.readOrMake(path) }
    }
    let pair: SealedPair
    do throws(UnsealError) {
      pair = try await Sealing.seal(
        content, request, authorizationValue: value, mayMakeRoot: !noCreate, by: device)
    } catch {
      throw Failure.said(error)
    }
    try self.content.write(pair)
  }
}

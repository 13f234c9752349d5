import ArgumentParser
import Console
import SealedObject
import TPM2
import TPMUnseal

/// `ll-tpm identity`
struct IdentityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identity",
    abstract: "Prints what others need to seal for this node: its TPM's public keys, epoch, PCRs and event log.",
    discussion: """
      Nothing in it is secret; whoever seals for it must know that it came from this node. A storage root key and an epoch's counter are made where \
      there are none.
      """)

  @Option(help: ArgumentHelp("Where it goes; standard output by default.", valueName: "FILE"))
  var out: String?

  @Flag(help: "Begin a new epoch: everything that was sealed or approved for this node before is void.")
  var nextEpoch = false

  @Flag(help: "Do not make a storage root key where there is none.")
  var noCreate = false

  @Option(help: ArgumentHelp("The event log.", valueName: "FILE"))
  var eventLog: String?

  @OptionGroup var tpm: TPMOptions

  mutating func run() async throws {
    let log = try EventLogInput.bytes(eventLog)
    let device = try tpm.open()
    let identity: TPMIdentity
    do throws(UnsealError) {
      identity = try await IdentityReading.read(
        device, mayMakeRoot: !noCreate, nextEpoch: nextEpoch, eventLog: log)
    } catch {
      throw Failure.said(error)
    }
    if device.tcti.isSimulator {
      Output.error.line(
        "ll-tpm: warning: \(device.tcti) is a simulator, not a TPM: what is sealed for it is not protected")
    }
    guard let out else { return Output.standard.write(identity.text) }
    try Failure.onDisk { () throws(ReleaseError) in try PlainFile.replace(out, with: identity.text, mode: 0o644) }
  }
}

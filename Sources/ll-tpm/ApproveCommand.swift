import ArgumentParser
import BootApproval
import Console
import Diagnostics
import SealedObject
import TPMUnseal

/// `ll-tpm approve`
struct ApproveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Approves the boots of a node, running and staged, in the sidecars of its blobs.",
    discussion: """
      The node's event log is replayed against its PCRs first; what it cannot reproduce is not approved. Older approvals go, unless --keep.
      """)

  @Option(help: ArgumentHelp("The node's identity, as ll-tpm identity printed it there.", valueName: "FILE"))
  var identity: String

  @Option(help: ArgumentHelp("The release key (PEM).", valueName: "FILE"))
  var releaseKey: String

  @Option(help: ArgumentHelp("How the staged operating system's boot differs.", valueName: "FILE"))
  var substitutions: String?

  @Option(help: ArgumentHelp("What the approval is called: the operating system's version.", valueName: "TEXT"))
  var label = "approved"

  @Flag(help: "Keep the approvals that are there, after the new ones.")
  var keep = false

  @Argument(help: ArgumentHelp("The sealed files, all of that node.", valueName: "BLOB.pem"))
  var blobs: [String]

  mutating func run() throws {
    let identity = try BlobInput.identity(identity)
    let key = try BlobInput.privateKey(releaseKey)
    // All are made before the first is written.
    var pairs: [(SealedPaths, SealedPair)] = []
    for blob in blobs {
      let pair = try BlobInput.pair(blob)
      do throws(SealedObjectError) {
        pairs.append((SealedPaths(blob: blob), try approved(pair, identity, key, blob)))
      } catch {
        throw Failure.said(error, of: blob)
      }
    }
    for (paths, pair) in pairs {
      try Failure.onDisk { () throws(ReleaseError) in try PlainFile.replace(paths.sidecar, with: pair.sidecar.text) }
      Output.standard.line(
        "\(paths.sidecar): \(pair.sidecar.approvals.map { $0.label.debugDescription }.joined(separator: ", "))")
    }
  }

  private func approved(
    _ pair: SealedPair, _ identity: TPMIdentity, _ key: ReleaseKey.Private, _ blob: String
  ) throws(SealedObjectError) -> SealedPair {
    guard let context = try pair.sidecar.context() else { throw .value("tpm-only", "needs no approval") }
    guard context.epoch == identity.epoch, pair.sidecar.srk == identity.srk else {
      throw .value("the blob", "was sealed for another TPM or epoch than the identity's")
    }
    let result: Approving.Result
    do throws(Exit) {
      result = try Approvals.made(
        identity, pair.sidecar.policy, context, key, label: label, substitutions: substitutions)
    } catch {
      throw .noApproval
    }
    var sidecar = pair.sidecar
    sidecar.approvals = result.approvals + (keep ? sidecar.approvals.filter { !result.approvals.contains($0) } : [])
    try sidecar.sign(with: key)
    return try SealedPair(file: pair.file, sidecar: sidecar)
  }
}

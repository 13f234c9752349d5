import ArgumentParser
import BootApproval
import Console
import Diagnostics
import MeasuredBoot
import SealedObject
import TPMStructures
import TPMUnseal

/// For whom something is sealed, and what must hold when it is given back.
struct PolicyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("tpm-only, standard (PCR 7 and the epoch) or strict (PCRs 4, 8 and 9 too).", valueName: "NAME"))
  var policy: String

  @Option(help: ArgumentHelp("The cluster's name.", valueName: "NAME"))
  var cluster: String?

  @Option(help: ArgumentHelp("The node's name.", valueName: "NAME"))
  var node: String?

  @Option(
    help: ArgumentHelp(
      "The release key, which approves PCR values and signs (PEM); never on a node.", valueName: "FILE"))
  var releaseKey: String?

  @Option(help: ArgumentHelp("The PCR bank: sha256 or sha384.", valueName: "NAME"))
  var bank = "sha256"

  @Option(help: ArgumentHelp("The PCR that must be zero, and that cap extends.", valueName: "NUMBER"))
  var capPCR = SealingPolicy.defaultCapPCR

  @Option(help: ArgumentHelp("What the approval is called: the operating system's version.", valueName: "TEXT"))
  var label = "approved"

  @Option(help: ArgumentHelp("How the staged operating system's boot differs.", valueName: "FILE"))
  var substitutions: String?

  func validate() throws {
    guard policy != "tpm-only" else { return }
    guard ["standard", "strict"].contains(policy) else {
      throw ValidationError("--policy is tpm-only, standard or strict.")
    }
    guard cluster != nil, node != nil, releaseKey != nil else {
      throw ValidationError("--policy \(policy) needs --cluster, --node and --release-key.")
    }
  }

  /// The request for the node with that identity, its boots approved; no identity is needed where the policy is over no PCRs.
  func request(_ identity: TPMIdentity?) throws(Exit) -> SealingRequest {
    var request = SealingRequest(try sealingPolicy())
    request.cluster = cluster ?? ""
    request.node = node ?? ""
    request.releaseKey = try releaseKey.map { (path) throws(Exit) in try BlobInput.privateKey(path) }
    guard request.policy != .tpmOnly, let identity, let key = request.releaseKey else { return request }
    request.epoch = identity.epoch
    let context: PolicyContext
    do throws(SealedObjectError) {
      context = try PolicyContext(
        cluster: request.cluster, node: request.node, epoch: identity.epoch, releaseKey: key.publicKey)
    } catch {
      throw Failure.said(error, of: "ll-tpm")
    }
    request.approvals = try Approvals.made(
      identity, request.policy, context, key, label: label, substitutions: substitutions
    ).approvals
    return request
  }

  private func sealingPolicy() throws(Exit) -> SealingPolicy {
    do throws(SealedObjectError) {
      if policy == "tpm-only" { return .tpmOnly }
      return try SealingPolicy(name: policy, bank: HashAlgorithm(name: bank), capPCR: capPCR)
    } catch {
      throw Failure.said(error, of: "ll-tpm")
    }
  }
}

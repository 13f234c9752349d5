import ArgumentParser
import Console
import Diagnostics
import SealedObject
import TPMUnseal

/// `ll-tpm inspect`
struct InspectCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Says what a sealed file is, for whom and under what, and checks all that can be checked without a TPM.")

  @Option(help: ArgumentHelp("The sealed file; its sidecar lies beside it as .json.", valueName: "BLOB.pem"))
  var blob: String

  @Option(
    help: ArgumentHelp(
      "Write the object's public and private part for tpm2_load: PREFIX.pub and PREFIX.priv.", valueName: "PREFIX"))
  var export: String?

  @Option(help: "How the result is printed: text or json.")
  var format = Format.text

  mutating func run() throws {
    let pair = try BlobInput.pair(blob)
    if let export {
      try Failure.onDisk { () throws(ReleaseError) in
        try PlainFile.replace("\(export).pub", with: pair.file.key.exportedPublic)
        try PlainFile.replace("\(export).priv", with: pair.file.key.exportedPrivate)
      }
    }
    let facts = Self.facts(pair)
    switch format {
    case .text: for (name, value) in facts { Output.standard.line("\(name): \(value)") }
    case .json:
      let members = facts.map { JSONText.Member($0.0, .string($0.1)) }
      Output.standard.write(JSONText.object(members).compact + [UInt8(ascii: "\n")])
    }
  }

  private static func facts(_ pair: SealedPair) -> [(String, String)] {
    let sidecar = pair.sidecar
    var facts = [
      ("kind", pair.file.key.kind == .importable ? "for import" : "local"), ("policy", sidecar.policy.name),
      ("cluster", sidecar.cluster), ("node", sidecar.node), ("keyID", "\(sidecar.keyID)"),
      ("storageRootKey", "\(sidecar.srk.name)"),
      ("authorizationValue", pair.usesAuthorizationValue ? "needed" : "none"),
      ("bundle", pair.file.bundle == nil ? "none" : "\(pair.file.bundle?.block.count ?? 0) bytes"),
      ("signedBy", sidecar.signature?.algorithm ?? "nobody"),
    ]
    if let epoch = sidecar.epoch { facts.append(("epoch", "\(epoch.value)")) }
    if let binding = sidecar.policy.binding {
      facts.append(("pcrs", "\(binding.bank): \(sidecar.policy.pcrs.map { String($0) }.joined(separator: " "))"))
      facts.append(("capPCR", "\(binding.capPCR)"))
    }
    return facts + sidecar.approvals.map { ("approval", $0.label) }
  }
}

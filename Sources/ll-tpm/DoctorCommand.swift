import ArgumentParser
import Console
import Diagnostics
import MeasuredBoot
import SealedObject
import TPMUnseal

/// `ll-tpm doctor`
struct DoctorCommand: AsyncParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says in words why an unseal fails, and what to do next.",
    discussion: "Exit status 3 where something would keep the blob from being released. Nothing secret is printed.")

  @Option(
    help: ArgumentHelp(
      "What a unit releases: the sealed file, its authorization value and its release key.", valueName: "FILE"))
  var manifest: String?

  @Option(
    help: ArgumentHelp(
      "The sealed file; without it or a manifest only the TPM is looked at.", valueName: "BLOB.pem"))
  var blob: String?

  @Option(help: ArgumentHelp("The authorization value that the blob needs.", valueName: "FILE"))
  var authFile: String?

  @Option(help: ArgumentHelp("This boot's event log.", valueName: "FILE"))
  var eventLog: String?

  @Option(
    help: ArgumentHelp(
      "The node's identity that the approval was made from: with it the event that changed is named.", valueName: "FILE"
    ))
  var identity: String?

  @Option(help: "How the result is printed: text or json.")
  var format = Format.text

  @OptionGroup var tpm: TPMOptions

  func validate() throws {
    guard manifest == nil || blob == nil && authFile == nil else {
      throw ValidationError("The manifest names the sealed file and its authorization value.")
    }
  }

  mutating func run() async throws {
    let release = try manifest.map { (path) throws(Exit) in try BlobInput.manifest(path) }
    let pair = try (release?.blob ?? blob).map { (path) throws(Exit) in
      try BlobInput.pair(path, releaseKey: release?.releaseKey)
    }
    let value = try pair.flatMap { (pair) throws(Exit) in
      try BlobInput.authorizationValue(pair, release?.authFile ?? authFile)
    }
    let log = try EventLogInput.log(eventLog, matters: pair?.sidecar.policy.binding != nil)
    let approved = try identity.flatMap { (path) throws(Exit) in
      try BlobInput.identity(path).eventLog.flatMap { try? EventLog(parsing: $0) }
    }
    let doctor = Doctor(try tpm.open(), pair: pair, authorizationValue: value, log: log, approvedLog: approved)
    let found = await doctor.examine()
    switch format {
    case .text:
      for diagnosis in found {
        Output.standard.line("\(mark(diagnosis.verdict)) \(diagnosis.subject): \(diagnosis.words)")
        if let next = diagnosis.next { Output.standard.line("       next: \(next)") }
      }
    case .json:
      let items = found.map { diagnosis in
        JSONText.object([
          .init("verdict", .string(diagnosis.verdict.rawValue)), .init("subject", .string(diagnosis.subject)),
          .init("words", .string(diagnosis.words)), .init("next", diagnosis.next.map { .string($0) } ?? .null),
        ])
      }
      Output.standard.write(JSONText.object([.init("diagnoses", .array(items))]).compact + [UInt8(ascii: "\n")])
    }
    if found.contains(where: { $0.verdict == .failed }) { throw Exit.environment }
  }

  private func mark(_ verdict: Diagnosis.Verdict) -> String {
    switch verdict {
    case .ok: "ok    "
    case .warning: "WARN  "
    case .failed: "FAILED"
    }
  }
}

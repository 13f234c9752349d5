import ArgumentParser
import BaseEncodings
import Console
import Diagnostics
import Glibc
import HardwareIdentity
import HostFS

/// `ll-agent fingerprint`
struct FingerprintCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fingerprint",
    abstract: "Show which machine this is: its hardware's facts, their sources and weights, and what they come to.",
    discussion: """
      A fact that cannot be read is absent, with the reason; that is no change. product-uuid, board-serial and \
      chassis-serial are for root only, or for who gets them as credentials of those names (systemd's LoadCredential=).
      tpm-ek is the P-256 endorsement key that the TPM makes from the TCG's template L-2, also where its maker's \
      certificate, and so the attestation, is for its RSA key.

      With --previous, which names what --format json printed before: exit 0 where it is the same machine, also with \
      facts changed; 1 where it is another one; 3 where too little can be read to tell.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Option(help: "How to print it; as JSON without the values, which stay on the node.")
  var format: Format = .text

  @Option(
    help: ArgumentHelp("Compare with a fingerprint that --format json printed before.", valueName: "FILE"))
  var previous: String?

  @Option(
    help: ArgumentHelp(
      "The way to the TPM. LL_TCTI, or the settings; without any, device:/dev/tpmrm0. A simulator only by name.",
      valueName: "NAME:CONF"))
  var tcti: String?

  @Flag(name: .customLong("no-tpm"), help: "Do not ask the TPM.")
  var leavesTPM = false

  @OptionGroup var options: SettingsOptions

  func validate() throws {
    if leavesTPM, tcti != nil { throw ValidationError("--no-tpm and --tcti: one of them.") }
    // A device that is not there is said in the result; a word that is no way to a TPM, here.
    if let tcti, !tcti.hasPrefix("device:"), let fault = SessionKey.tcti.fault(of: tcti) {
      throw ValidationError("--tcti \(fault).")
    }
  }

  mutating func run() async throws {
    let previous = try self.previous.map(Self.stored)
    let machine = try await read()
    let comparison = previous.map { FingerprintComparison(of: machine, with: $0) }
    switch format {
    case .text: FingerprintText(machine, comparison: comparison).lines.forEach(Output.standard.line)
    case .json:
      let members = machine.json + (comparison.map { [.init("comparison", $0.json)] } ?? [])
      Output.standard.write(JSONText.object(members).pretty)
    }
    switch comparison?.verdict {
    case nil, .sameMachine, .changed: return
    case .anotherMachine:
      Output.error.line("\(self.previous ?? ""): error: the fingerprint of another machine")
      throw Exit.inputIsWrong
    case .notEnough:
      Output.error.line("fingerprint: error: too few facts can be compared to tell one machine from another")
      throw Exit.environment
    }
  }

  private func read() async throws -> HardwareFacts {
    let settings = try options.resolved(interval: nil)
    let key = await endorsementKey(settings)
    do throws(ReadError) {
      return HardwareFacts(
        reading: try HostRoot(rootfs: settings.rootDirectory ?? "/"), credentials: MachineFacts.credentials,
        endorsementKey: key)
    } catch {
      Output.error.line("fingerprint: error: \(error)")
      throw Exit.environment
    }
  }

  // As `run` has it, so that both come to the same fingerprint; a machine without settings is asked by the usual way.
  private func endorsementKey(_ settings: AgentSettings) async -> HardwareFacts.EndorsementKey {
    if leavesTPM { return .absent("the TPM was not asked") }
    if tcti == nil, settings.session[.tcti] == nil, settings.session != SessionSettings() {
      return .absent("the settings name no TPM ([TPM] TCTI=)")
    }
    return await FingerprintEndorsementKey.read(tcti: tcti ?? settings.session[.tcti])
  }

  private static func stored(_ path: String) throws -> StoredFingerprint {
    let bytes: [UInt8]
    do throws(ReadError) {
      let folder = path.hasPrefix("/") ? "/" : "."
      bytes = try HostRoot(rootfs: folder).directory(.root, ".").read(named: path, limit: 1 << 20) { $0.copy }
    } catch {
      Output.error.line("\(path): error: \(ReadError(error.cause, path))")
      throw Exit.environment
    }
    do throws(StoredFingerprintError) {
      return try StoredFingerprint(json: bytes)
    } catch {
      Output.error.line("\(path): error: \(error)")
      throw Exit.inputIsWrong
    }
  }
}

extension FingerprintComparison {
  /// What became of the facts, for programs.
  var json: JSONText {
    let verdict =
      switch verdict {
      case .sameMachine: "same-machine"
      case .changed: "changed"
      case .anotherMachine: "another-machine"
      case .notEnough: "not-enough"
      }
    return .object([
      .init("verdict", .string(verdict)), .init("same", .integer(same)), .init("different", .integer(different)),
      .init(
        "facts",
        .array(
          changes.map { .object([.init("name", .string($0.name.rawValue)), .init("change", .string($0.change.word))]) }
        )),
    ])
  }
}

extension FingerprintComparison.Change {
  /// One word for programs and tables.
  var word: String {
    switch self {
    case .same: "same"
    case .partly: "partly"
    case .changed: "changed"
    case .lost: "unreadable"
    case .found: "new"
    case .unknown: "absent"
    }
  }
}

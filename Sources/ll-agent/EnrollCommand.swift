import ArgumentParser
import BaseEncodings
import Console
import Diagnostics
import HardwareIdentity
import HostFS
import LicenseProtocol
import Logging
import NIOCore
import NIOPosix
import NodeAgent
import NodeIdentity
import X509

/// `ll-agent enroll`
struct EnrollCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enroll",
    abstract: "Make this node's key and have it certified by OpenBao, once.",
    discussion: """
      The key is made in the TPM that the settings name, and in a file of mode 0600 where they name none. `run` does the \
      same by itself; this command shows what happens and what is missing. A valid certificate stays, but for --renew. \
      The settings have to name the issuer ([OpenBao] Address=, Anchor=, Mount=, Role=, IssuerAnchor=) and a login, and \
      the operator ([Agent] Operator=, OperatorAnchor=); docs/settings.md has every key.
      """)

  @Flag(help: "Ask for another certificate although the one that is there is valid.")
  var renew = false

  @Option(help: "How to print the result.")
  var format: StatusQuery.Format = .text

  @OptionGroup var options: SettingsOptions

  mutating func run() async throws {
    let (settings, plan) = try options.proving()
    if let words = Self.agent(at: plan.socketPath) {
      Output.error.line("enroll: error: \(words); stop it first")
      throw Exit.environment
    }
    let network = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let log = Logger(label: "ll-agent") { AgentLog(label: $0, form: .json, level: .error) }
    let result: Result<NodeCertificate, any Error>
    do {
      let facts = try await MachineFacts(root: settings.rootDirectory ?? "/", tcti: plan.agent.tcti).read()
      let fingerprint = Hexadecimal.text(facts.fingerprint)
      let keeper = try IdentityKeeper(plan.agent, group: network, log: log, clock: .system())
      if renew { try await keeper.renew(fingerprint: fingerprint) }
      result = .success(try await keeper.certificate(fingerprint: fingerprint).shown)
    } catch {
      result = .failure(error)
    }
    try? await network.shutdownGracefully()
    switch result {
    case .success(let certificate): show(certificate, plan)
    case .failure(let error):
      Output.error.line("enroll: error: \(error)")
      throw Exit.environment
    }
  }

  /// Why an agent is taken to run here, for there may be one writer in the state's folder; `nil` where nobody listens.
  private static func agent(at path: String) -> String? {
    do throws(ServiceError) {
      _ = try StatusClient.ask(.status, at: path)
      return "the agent runs here, and does this by itself"
    } catch {
      switch error {
      case .notRunning, .path: return nil
      default: return "an agent may run here: \(error)"
      }
    }
  }

  private func show(_ certificate: NodeCertificate, _ plan: RunSettings) {
    let subject = "\(certificate.leaf.subject)"
    let issuer = "\(certificate.leaf.issuer)"
    switch format {
    case .text:
      Output.standard.line("\(subject), issued by \(issuer)")
      Output.standard.line("  valid until \(ServerTime(since1970: .seconds(certificate.notAfter)).words)")
      Output.standard.line(
        certificate.key.custody == .tpm
          ? "  its key is in the TPM and never leaves it"
          : "  its key is in a file below \(plan.agent.stateFolder): whoever copies it is this node")
    case .json:
      Output.standard.write(
        JSONText.object([
          .init("subject", .string(subject)), .init("issuer", .string(issuer)),
          .init("notBefore", .integer(Int(certificate.notBefore))),
          .init("notAfter", .integer(Int(certificate.notAfter))),
          .init("key", .string(certificate.key.custody.rawValue)),
        ]).pretty)
    }
  }
}

import ArgumentParser
import Console
import Diagnostics
import Glibc
import LicenseProtocol
import Logging
import NIOCore
import NIOPosix
import NodeAgent
import NodeIdentity
import NodeMetrics
import OpenBao
import TPM2

/// `ll-agent check`
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Test what the agent relies on before it is enabled: disk, TPM, OpenBao, operator, kubelet, clock.",
    discussion:
      "A line for each, whatever the others said; ends with 3 where one of them failed. Nothing is changed. The settings have to name the operator ([Agent] Operator=, OperatorAnchor=)."
  )

  @Option(help: "How to print it.")
  var format: StatusQuery.Format = .text

  @OptionGroup var options: SettingsOptions

  /// What became of one check.
  struct Finding {
    enum Result: String { case ok, failed, skipped }

    var name: String
    var result: Result
    var words: String

    init(_ name: String, _ result: Result, _ words: String) {
      self.name = name
      self.result = result
      self.words = words
    }
  }

  mutating func run() async throws {
    let (settings, plan) = try options.proving()
    let network = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let findings =
      [Self.folder(plan), Self.files(plan), await Self.certificate(plan, network), await Self.tpm(plan)]
      + (await Self.openBao(plan, network)) + [await Self.licenseOperator(plan, network)]
      + (await Self.node(settings))
    try? await network.shutdownGracefully()
    switch format {
    case .text:
      for finding in findings { Output.standard.line("\(finding.name): \(finding.result.rawValue): \(finding.words)") }
    case .json:
      Output.standard.write(
        JSONText.array(
          findings.map {
            .object([
              .init("check", .string($0.name)), .init("result", .string($0.result.rawValue)),
              .init("words", .string($0.words)),
            ])
          }
        ).pretty)
    }
    if findings.contains(where: { $0.result == .failed }) { throw Exit.environment }
  }

  private static func folder(_ plan: RunSettings) -> Finding {
    let folder = plan.agent.stateFolder
    guard access(folder, R_OK | W_OK | X_OK) == 0 else {
      return Finding(
        "state", .failed,
        "\(folder): \(String(cString: strerror(errno))); systemd makes it (StateDirectory=), and it is root's")
    }
    return Finding("state", .ok, "\(folder) can be written to")
  }

  private static func files(_ plan: RunSettings) -> Finding {
    let faults = plan.agent.faults()
    return faults.isEmpty
      ? Finding("files", .ok, "the anchors, tokens and login that the settings name can be read")
      : Finding("files", .failed, faults.joined(separator: "; "))
  }

  private static func certificate(_ plan: RunSettings, _ network: MultiThreadedEventLoopGroup) async -> Finding {
    let name = "certificate"
    let remedy =
      plan.agent.authority == nil
      ? "the settings name nobody who could issue one ([OpenBao] Mount=, Role=, IssuerAnchor=)"
      : "the agent asks OpenBao for one, as `ll-agent enroll` does"
    do throws(IdentityError) {
      let log = Logger(label: "ll-agent") { _ in SwiftLogNoOpLogHandler() }
      let stored = try await IdentityKeeper(plan.agent, group: network, log: log, clock: .system()).stored()
      if let shown = stored.usable(at: AgentClock.seconds()).first {
        let place = shown.key.custody == .tpm ? "its key is in the TPM" : "its key is in a file"
        return Finding(
          name, .ok, "valid until \(ServerTime(since1970: .seconds(shown.notAfter)).words), \(place)")
      }
      let faults = stored.faults.map(\.description).joined(separator: "; ")
      guard faults.isEmpty else { return Finding(name, .failed, "\(faults); \(remedy)") }
      return Finding(name, plan.agent.authority == nil ? .failed : .skipped, "there is none yet; \(remedy)")
    } catch {
      return Finding(name, .failed, "\(error)")
    }
  }

  private static func tpm(_ plan: RunSettings) async -> Finding {
    guard let text = plan.agent.tcti else {
      return Finding("tpm", .skipped, "the settings name none ([TPM] TCTI=): the key is kept in a file")
    }
    do throws(TPMError) {
      let count = try await TPM(try TCTI(text)).perform { (context) throws(TPMError) in
        try context.handles(.persistent).count
      }
      return Finding("tpm", .ok, "\(text) answers; \(count) persistent keys")
    } catch {
      return Finding("tpm", .failed, "\(error)\(device(text))")
    }
  }

  /// What else is to be said of the TPM's device that cannot be spoken to.
  private static func device(_ text: String) -> String {
    guard let way = try? TCTI(text), way.module == .device, access(way.configuration, R_OK | W_OK) != 0 else {
      return ""
    }
    return errno == ENOENT
      ? ": there is no such device; is the TPM switched on in the firmware, and is the kernel's driver loaded?"
      : ": \(String(cString: strerror(errno))); `ls -l \(way.configuration)` says whose it is"
  }

  private static func openBao(_ plan: RunSettings, _ network: MultiThreadedEventLoopGroup) async -> [Finding] {
    guard let authority = plan.agent.authority else {
      return [Finding("openbao", .skipped, "the settings name no issuer ([OpenBao] Mount=, Role=, IssuerAnchor=)")]
    }
    let client = OpenBaoClient(authority.endpoint, group: network)
    let answers = await client.health()
    await client.shutDown()
    return answers.map { address, health in
      switch health {
      case .success(let health):
        if let fault = health.fault {
          Finding("openbao", .failed, "\(address): \(fault)")
        } else {
          Finding("openbao", .ok, "\(address) is \(health.state.rawValue), version \(Self.plain(health.version))")
        }
      case .failure(let error): Finding("openbao", .failed, "\(address): \(error)")
      }
    }
  }

  private static func licenseOperator(_ plan: RunSettings, _ network: MultiThreadedEventLoopGroup) async -> Finding {
    let endpoint = plan.agent.licenseOperator
    if let fault = await OperatorProbe(endpoint, group: network, now: AgentClock.seconds).fault() {
      return Finding("operator", .failed, "\(endpoint): \(fault)")
    }
    return Finding("operator", .ok, "\(endpoint) answers, and its certificate is the operator's")
  }

  private static func node(_ settings: AgentSettings) async -> [Finding] {
    let snapshot: NodeSnapshot
    do {
      let reader = try NodeReader(settings)
      snapshot = await reader.read()
      await reader.close()
    } catch {
      return [Finding("node", .failed, "\(error)")]
    }
    return [kubelet(snapshot, isNamed: settings.kubeletAddress != nil), clock(snapshot)]
  }

  private static func kubelet(_ snapshot: NodeSnapshot, isNamed: Bool) -> Finding {
    guard isNamed else { return Finding("kubelet", .skipped, "the settings name none ([Kubelet] Address=)") }
    guard let reading = snapshot.kubelet.reading else { return Finding("kubelet", .failed, "it was not read") }
    if let part = reading.unavailable.first { return Finding("kubelet", .failed, "\(part.name): \(part.reason)") }
    return reading.isHealthy == true
      ? Finding("kubelet", .ok, "it answers and is well") : Finding("kubelet", .failed, "it says that it is not well")
  }

  private static func clock(_ snapshot: NodeSnapshot) -> Finding {
    guard let condition = snapshot.conditions.first(where: { $0.type == .clockSkewed }) else {
      return Finding("clock", .skipped, "it could not be judged")
    }
    switch condition.status {
    case .isFalse: return Finding("clock", .ok, condition.message)
    case .isTrue:
      let remedy = "`chronyc tracking` or `timedatectl` says more; certificates are judged by this clock"
      return Finding("clock", .failed, "\(condition.message); \(remedy)")
    case .unknown: return Finding("clock", .skipped, condition.message)
    }
  }

  private static func plain(_ text: String) -> String { String(text.filter { $0.isASCII && !$0.isNewline }.prefix(40)) }
}

import ArgumentParser
import Console
import Diagnostics
import Glibc
import NIOCore
import NIOPosix
import NodeAgent
import NodeMetrics
import OpenBao
import TPM2

/// `ll-agent check`
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Test what the agent relies on before it is enabled: folders, TPM, OpenBao, operator, kubelet, clock.",
    discussion: "A line for each, whatever the others said; ends with 3 where one of them failed. Nothing is changed.")

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
    let settings = try options.resolved(interval: nil)
    let plan = try RunSettings(settings, nodeName: settings.nodeName ?? NodeReader.hostName)
    let network = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let findings =
      [Self.folder(plan)] + [await Self.tpm(plan)] + (await Self.openBao(plan, network))
      + [await Self.licenseOperator(plan, network)] + (await Self.node(settings))
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
        "state", .failed, "\(folder): \(String(cString: strerror(errno))); systemd makes it (StateDirectory=)")
    }
    return Finding("state", .ok, "\(folder) can be written to")
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
      return Finding("tpm", .failed, "\(error)")
    }
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
        Finding("openbao", .ok, "\(address) is \(health.state.rawValue), version \(Self.plain(health.version))")
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
    case .isTrue: return Finding("clock", .failed, condition.message)
    case .unknown: return Finding("clock", .skipped, condition.message)
    }
  }

  private static func plain(_ text: String) -> String { String(text.filter { $0.isASCII && !$0.isNewline }.prefix(40)) }
}

import Glibc
import HostFS
import Kubelet
import NodeMetrics
import SystemdRuntime

/// Reads a node again and again: the host, its systemd and its kubelet.
struct NodeReader {
  /// The node's name.
  let nodeName: String
  private let sampler: NodeSampler
  private let systemd: SystemdBus
  /// Units whose state is read, in addition to those that failed.
  var units: [String]
  private var kubelet: KubeletSession?
  private let now = NodeSampler.Calls().bootTime

  /// How long systemd may take; on a host it answers within milliseconds.
  private static let systemdLimit = Duration.seconds(2)
  /// How long the kubelet may take for everything.
  private static let kubeletLimit = Duration.seconds(5)

  /// Opens the host's root; nothing else is opened before something is read.
  init(_ settings: AgentSettings) throws(ReadError) {
    let root = settings.rootDirectory ?? "/"
    sampler = NodeSampler(root: try HostRoot(rootfs: root))
    systemd = SystemdBus(addresses: BusAddress.host(root: root))
    units = settings.units ?? []
    nodeName = settings.nodeName ?? Self.hostName
    kubelet = Self.kubelet(settings, nodeName: nodeName)
  }

  /// Asks the kubelet of `settings` from now on.
  /// - Returns: the session with the one before, to be shut down when nothing reads any more.
  mutating func askKubelet(_ settings: AgentSettings) -> KubeletSession? {
    defer { kubelet = Self.kubelet(settings, nodeName: nodeName) }
    return kubelet
  }

  private static func kubelet(_ settings: AgentSettings, nodeName: String) -> KubeletSession? {
    settings.kubeletAddress.map { address in
      let certificate = settings.kubeletClientCertificate.flatMap { certificate in
        settings.kubeletClientKey.map { KubeletCredential.clientCertificate(certificate: certificate, key: $0) }
      }
      return KubeletSession(
        KubeletEndpoint(
          nodeName: nodeName, address: address.host, port: address.port, anchors: settings.kubeletAnchor,
          credential: settings.kubeletTokenFile.map { .tokenFile($0) } ?? certificate))
    }
  }

  /// Reads everything once, wherever the caller is.
  func read(isolation: isolated (any Actor)? = #isolation) async -> NodeSnapshot {
    let answers = await kubeletOutcome(isolation: isolation)
    return sampler.sample(units: unitOutcome(), kubelet: answers)
  }

  /// Ends what a reading may have begun.
  func close(isolation: isolated (any Actor)? = #isolation) async { await kubelet?.shutDown() }

  private func kubeletOutcome(isolation: isolated (any Actor)?) async -> Outcome<KubeletReading> {
    guard let kubelet else { return .unavailable(.reason("no kubelet is configured")) }
    return .measured(KubeletReading(await kubelet.read(within: Self.kubeletLimit)), at: now())
  }

  private func unitOutcome() -> Outcome<UnitReading> {
    do throws(SystemdError) {
      return .measured(UnitReading(try systemd.read(units: units, within: Self.systemdLimit)), at: now())
    } catch {
      return Outcome(error)
    }
  }

  /// What kubelet would call this node.
  static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    // The last byte stays zero: a name that fills the buffer may come without an end.
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).lowercased()
  }
}

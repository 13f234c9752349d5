import Diagnostics
public import HTTPFetch

/// Whether this node's Cilium agent is ready, by its own word: `GET /healthz` on its health port (`agent-health-port`, 9879),
/// which kubelet's probes ask too. The agent answers 200 when healthy and 503 when not.
public struct CiliumReady: ReadinessCheck {
  /// Where the agent listens unless told otherwise.
  public static let defaultURL = "http://127.0.0.1:9879/healthz"

  private let url: String
  private let session: any HTTPFetching

  /// A check of the agent at `url` through a session that asks no proxy and tries once.
  public init(url: String = CiliumReady.defaultURL) throws(HTTPFetchError) {
    guard url.hasPrefix("http://") || url.hasPrefix("https://") else { throw .badURL(url) }
    var configuration = CurlSession.Configuration()
    configuration.usesProxy = false
    configuration.retry = .once
    configuration.connectTimeout = .seconds(2)
    configuration.totalTimeout = .seconds(5)
    self.init(url: url, session: try CurlSession(configuration))
  }

  /// A check through a session of the caller's.
  public init(url: String, session: any HTTPFetching) {
    self.url = url
    self.session = session
  }

  /// The agent's status.
  public mutating func check() async -> [ReadinessStatus] {
    let findings = fault().map { [Finding(.error, $0, file: url)] } ?? []
    return [ReadinessStatus(name: "cilium", path: url, findings: findings)]
  }

  // Without the times that libcurl puts into its words: they differ from look to look.
  private func fault() -> String? {
    do {
      let response = try session.get(url, headers: ["brief": "true"], limit: 64 << 10)
      switch response.status {
      case 200: return nil
      case 503: return "the agent says that it is not healthy (503)"
      default: return "status \(response.status), which is no answer of a Cilium agent"
      }
    } catch {
      switch error {
      case .unreachable, .truncated: return "the agent does not answer"
      case .timedOut: return "the agent does not answer in time"
      default: return "\(error)"
      }
    }
  }
}

import Diagnostics
public import HTTPFetch

/// Whether this node's OpenBao server is initialised, unsealed and part of a cluster with a leader, by its own word: `GET /v1/sys/health?standbyok=true`.
///
/// OpenBao answers 200 as the active node and, with `standbyok`, as a standby; 429 is a standby too; 501 is uninitialised, 503 sealed, and 473 a standby
/// that does not answer for itself. Its certificate is verified against the anchors given, and its name against the URL's host.
/// Source: OpenBao's API documentation, `/sys/health`.
public struct OpenBaoReady: ReadinessCheck {
  private let url: String
  private let session: any HTTPFetching

  /// A check of the server at `url` (`https://…`), whose certificate the anchors in the file `anchors` must accept. It asks no proxy, follows no
  /// redirect and tries once.
  public init(url: String, anchors: String) throws(HTTPFetchError) {
    guard url.hasPrefix("https://") else { throw .badURL(url) }
    var configuration = CurlSession.Configuration()
    configuration.caFile = anchors
    configuration.usesProxy = false
    configuration.redirectLimit = 0
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

  /// The server's status.
  public mutating func check() async -> [ReadinessStatus] {
    let findings = fault().map { [Finding(.error, $0, file: url)] } ?? []
    return [ReadinessStatus(name: "openbao", path: url, findings: findings)]
  }

  // Without the times that libcurl puts into its words: they differ from look to look.
  private func fault() -> String? {
    do {
      let response = try session.get(url, headers: [:], limit: 64 << 10)
      switch response.status {
      case 200, 429: return nil
      case 473: return "a standby that cannot answer for itself (473)"
      case 501: return "not initialised (501)"
      case 503: return "sealed (503)"
      default: return "status \(response.status), which is no answer of OpenBao's health"
      }
    } catch {
      switch error {
      case .unreachable, .truncated: return "OpenBao does not answer"
      case .timedOut: return "OpenBao does not answer in time"
      default: return "\(error)"
      }
    }
  }
}

import Diagnostics
public import HTTPFetch

/// What the other masters' OpenBao say about themselves, asked until that suffices: one of them is initialised, or none is.
///
/// Each is asked for `/v1/sys/health` over TLS, its certificate verified against the anchors and its name. 501 is uninitialised; 200 (active), 429
/// (standby), 472 and 473 (standbys of other kinds) and 503 (sealed) are initialised. Silence says nothing: where this node's own memory is gone, with
/// its TPM and its disk, the peers' is all there is, so that all of them are waited for. Source: OpenBao's API documentation, `/sys/health`.
public struct BootstrapPeers: ReadinessCheck {
  /// What is known once there is nothing to wait for.
  public enum Verdict: Sendable, Hashable {
    /// That peer is initialised.
    case initialised(name: String, status: Int)
    /// So many said, in one round, that they are not; the others are those that a person declared absent, and did not answer.
    case uninitialised(Int, absent: [String])
  }

  /// What is known; `nil` before the last look.
  public private(set) var verdict: Verdict?
  private let peers: [BootstrapPeer]
  private let absent: AbsentPeers
  private let session: any HTTPFetching

  /// Peers whose certificates the anchors in the file `anchors` must accept. No proxy is asked, no redirect followed, and each look asks once.
  public init(_ peers: [BootstrapPeer], anchors: String, absent: AbsentPeers) throws(HTTPFetchError) {
    var configuration = CurlSession.Configuration()
    configuration.caFile = anchors
    configuration.connectTo = peers.map(\.connection)
    configuration.usesProxy = false
    configuration.redirectLimit = 0
    configuration.retry = .once
    configuration.connectTimeout = .seconds(2)
    configuration.totalTimeout = .seconds(5)
    self.init(peers, absent: absent, session: try CurlSession(configuration))
  }

  /// Peers through a session of the caller's, which must find them by name.
  public init(_ peers: [BootstrapPeer], absent: AbsentPeers, session: any HTTPFetching) {
    self.peers = peers
    self.absent = absent
    self.session = session
  }

  /// Asks every peer once, or until one is initialised.
  public mutating func check() async -> [ReadinessStatus] {
    var statuses: [ReadinessStatus] = []
    var missing: [String] = []
    let excused: Set<String>
    do throws(BootstrapFault) {
      let declared = try absent.names()
      excused = Set(peers.map(\.name).filter { name in declared.contains { Self.means($0, name) } })
      let unknown = declared.filter { word in !peers.contains { Self.means(word, $0.name) } }.sorted()
      if !unknown.isEmpty {
        let known = peers.map(\.name).joined(separator: ", ")
        statuses.append(
          status(ofAbsent: "\(unknown.joined(separator: ", ")): no such peer; the peers are \(known)"))
      }
    } catch {
      excused = []
      statuses.append(status(ofAbsent: error.description))
    }
    for peer in peers {
      switch answer(of: peer) {
      case .initialised(let status):
        verdict = .initialised(name: peer.name, status: status)
        return []
      case .uninitialised: statuses.append(ReadinessStatus(name: peer.name, path: peer.healthURL))
      case .silent where excused.contains(peer.name):
        missing.append(peer.name)
        statuses.append(ReadinessStatus(name: peer.name, path: peer.healthURL))
      case .silent(let words), .other(let words):
        let finding = Finding(.error, words, file: "\(peer)")
        statuses.append(ReadinessStatus(name: peer.name, path: peer.healthURL, findings: [finding]))
      }
    }
    if statuses.allSatisfy(\.isReady) { verdict = .uninitialised(peers.count - missing.count, absent: missing) }
    return statuses
  }

  /// Whether a person who writes `word` means the peer `name`: its whole name or the first part of it, the node's.
  private static func means(_ word: String, _ name: String) -> Bool { name == word || name.hasPrefix(word + ".") }

  private enum Answer {
    case uninitialised
    case initialised(Int)
    case silent(String)
    case other(String)
  }

  private func answer(of peer: BootstrapPeer) -> Answer {
    do {
      let response = try session.get(peer.healthURL, headers: [:], limit: 64 << 10)
      switch response.status {
      case 501: return .uninitialised
      case 200, 429, 472, 473, 503: return .initialised(response.status)
      default: return .other("status \(response.status), which is no answer of OpenBao's health")
      }
    } catch {
      switch error {
      // Without the times that libcurl puts into its words: they differ from look to look.
      case .unreachable, .truncated: return .silent("does not answer: \(Self.waiting)")
      case .timedOut: return .silent("does not answer in time: \(Self.waiting)")
      default: return .other("\(error)")
      }
    }
  }

  private static let waiting = "its OpenBao must say whether it is initialised"

  private func status(ofAbsent words: String) -> ReadinessStatus {
    let finding = Finding(.error, words, file: absent.path)
    return ReadinessStatus(name: "absent peers", path: absent.path, findings: [finding])
  }
}

import Crypto
import Foundation
import NIOSSL

/// One server of a cluster: its storage, its part in the elections, and the API on top.
///
/// *The protocol* is Raft with a log of one entry. What is replicated is the whole state at a point (term, index); a leader sends
/// its followers the changes from one point to the next, and the whole state to those that are elsewhere. A change counts once
/// a majority of the voters has it on disk; a leader that cannot reach one steps down; a new one first commits a point of its own
/// term. Members join without a vote and get one when they have caught up, one at a time.
actor Node {
  enum Phase: Sendable, Hashable {
    /// No data: it waits to join, or for somebody to initialise it.
    case uninitialised
    /// Data that cannot be read, or must not.
    case sealed(String)
    case unsealed
  }

  enum Role: Sendable, Hashable { case follower, candidate, leader }

  let configuration: ServerConfiguration
  let seal: SealKeys
  let files: StateFiles
  let log: Log

  var phase = Phase.uninitialised
  var role = Role.follower
  var vote: StateFiles.Vote
  var state = ReplicatedState()
  var stateKey = SymmetricKey(size: .bits256)
  var leaderID = ""
  /// The last point that a majority has; what the leader answers from.
  var committed = ReplicatedState()
  /// As leader: whether a point of its own term is committed.
  var isActive = false
  var activeSince = Date(timeIntervalSince1970: 0)
  var lastContact: ContinuousClock.Instant = .now
  var electionWait: Duration = .seconds(2)
  var peerContacts: [String: ContinuousClock.Instant] = [:]
  var peerPoints: [String: ReplicatedState.Point] = [:]
  var challenges: [String: [UInt8]] = [:]
  var clusterServer: HTTPSServer?
  var isClosed = false
  var clusterClient: ClusterClient?
  let clock = ContinuousClock()
  private var isWriting = false
  private var writers: [CheckedContinuation<Void, Never>] = []

  init(_ configuration: ServerConfiguration, seal: SealKeys, log: Log) throws {
    self.configuration = configuration
    self.seal = seal
    self.log = log
    files = try StateFiles(folder: configuration.storage.path)
    vote = try files.vote()
  }

  var id: String { configuration.storage.nodeID }

  /// Half of it is the mean time between a leader's messages.
  var electionTimeout: Duration { .milliseconds(1000 * configuration.storage.performanceMultiplier) }

  /// One writer at a time, in the order of their coming.
  func exclusively<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
    if isWriting { await withCheckedContinuation { writers.append($0) } } else { isWriting = true }
    defer { if writers.isEmpty { isWriting = false } else { writers.removeFirst().resume() } }
    return try await body()
  }

  var voters: [String: ReplicatedState.Member] { state.members.filter { $0.value.votes } }
  var majority: Int { voters.count / 2 + 1 }

  func save(_ vote: StateFiles.Vote) throws {
    try files.write(vote)
    self.vote = vote
  }

  func save(_ next: ReplicatedState) throws {
    try files.write(next, stateKey)
    state = next
  }

  /// Reads the storage; what is there decides the phase.
  func unseal() throws(InitialisationFault) {
    do {
      guard let sealed = try files.sealed() else {
        phase = .uninitialised
        return
      }
      log.info("core", "stored unseal keys supported, attempting fetch")
      (state, stateKey) = try files.open(sealed, seal)
      // Upstream's server ends here, at every start from now on.
      guard state.data[Self.marker] == nil else {
        throw InitialisationFault(
          description: "unseal with stored key failed: self-initialization failed: refusing to unseal")
      }
      phase = .unsealed
      lastContact = clock.now
      log.info("core", "vault is unsealed")
    } catch let fault as InitialisationFault {
      throw fault
    } catch {
      phase = .sealed("\(error)")
      log.warn("core", "failed to unseal core", error: "\(error)")
    }
  }

  static let marker = "core/self-init-in-progress"
}

import Foundation

/// A Lease that one of several holds (client-go, `leaderelection`): taken when it is free or was not renewed for as
/// long as it lasts, by one's own clock.
actor LeaderElection {
  struct Timing: Sendable, Hashable {
    /// How long a lease lasts without renewal, in seconds.
    var duration = 15
    /// The pause between two looks.
    var retry = Duration.seconds(2)
    /// From one renewal to the next, at most.
    var renewal: Duration { .seconds(duration) / 3 }
  }

  private let client: KubeClient
  private let name: String
  private let namespace: String
  private let identity: String
  private let timing: Timing
  private let log: Log
  private var seen: (version: String, at: ContinuousClock.Instant)?
  private(set) var isLeader = false
  private var words: String?

  init(
    client: KubeClient, name: String, namespace: String = "kube-system", identity: String, timing: Timing = Timing(),
    log: Log
  ) {
    self.client = client
    self.name = name
    self.namespace = namespace
    self.identity = identity
    self.timing = timing
    self.log = log
  }

  /// Looks again and again; `work` is done after each look that finds this one the leader.
  func run(_ work: @Sendable () async -> Void) async {
    while !Task.isCancelled {
      let taken = await ContinuousClock().measure {
        await look()
        if isLeader { await work() }
      }
      // A leader renews well before its lease is over, unless a look takes that long. Cancelled means that the loop ends.
      try? await Task.sleep(for: min(Pace.pause(timing.retry, after: taken), max(timing.retry, timing.renewal - taken)))
    }
  }

  func look() async {
    let was = isLeader
    do {
      isLeader = try await acquireOrRenew()
      words = nil
    } catch {
      isLeader = false
      let text = (error as? APIStatus)?.message ?? "\(error)"
      if words != text { log.line("error retrieving resource lock \(namespace)/\(name): \(text)") }
      words = text
    }
    if isLeader, !was { log.line("successfully acquired lease \(namespace)/\(name)") }
    if was, !isLeader { log.line("failed to renew lease \(namespace)/\(name)") }
  }

  private func acquireOrRenew() async throws -> Bool {
    let now = Date().formatted(.iso8601)
    guard let lease = try await client.find(.leases, namespace: namespace, name: name) else {
      _ = try await client.create(
        .leases, namespace: namespace,
        [
          "apiVersion": .string(ResourceKind.leases.apiVersion), "kind": "Lease",
          "metadata": ["name": .string(name), "namespace": .string(namespace)],
          "spec": [
            "holderIdentity": .string(identity), "leaseDurationSeconds": .integer(Int64(timing.duration)),
            "acquireTime": .string(now), "renewTime": .string(now), "leaseTransitions": 0,
          ],
        ])
      return true
    }
    let version = lease["metadata"]["resourceVersion"].string ?? ""
    if seen?.version != version { seen = (version, .now) }
    let holder = lease["spec"]["holderIdentity"].string ?? ""
    let isMine = holder == identity
    let duration = Int(lease["spec"]["leaseDurationSeconds"].integer ?? Int64(timing.duration))
    if !isMine, !holder.isEmpty, let seen, seen.at.duration(to: .now) < .seconds(duration) { return false }
    var next = lease
    next["spec"]["holderIdentity"] = .string(identity)
    next["spec"]["leaseDurationSeconds"] = .integer(Int64(timing.duration))
    next["spec"]["renewTime"] = .string(now)
    if !isMine {
      next["spec"]["acquireTime"] = .string(now)
      next["spec"]["leaseTransitions"] = .integer((lease["spec"]["leaseTransitions"].integer ?? 0) + 1)
    }
    do {
      let written = try await client.update(.leases, namespace: namespace, next)
      seen = (written["metadata"]["resourceVersion"].string ?? "", .now)
      return true
    } catch let status as APIStatus where status.code == 409 {
      return false
    }
  }
}

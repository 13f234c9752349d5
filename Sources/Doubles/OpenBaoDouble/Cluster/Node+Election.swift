import Foundation

extension Node {
  /// Watches the clock until the task is cancelled: unsealing, joining, elections, heartbeats.
  func run() async throws {
    try unseal()
    if phase == .uninitialised && !configuration.initialize.isEmpty { try await initialise() }
    var lastUnseal = clock.now
    var lastJoin: ContinuousClock.Instant?
    while !Task.isCancelled {
      switch phase {
      case .sealed where clock.now - lastUnseal >= .seconds(5):
        lastUnseal = clock.now
        try unseal()
      case .uninitialised where lastJoin.map({ clock.now - $0 >= .seconds(2) }) ?? true:
        await join()
        lastJoin = clock.now
      case .unsealed: await tick()
      default: break
      }
      do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
    }
  }

  private func tick() async {
    guard await openCluster() else { return }
    switch role {
    case .leader: await lead()
    case .follower, .candidate:
      guard voters[id] != nil, clock.now - lastContact > electionWait else { return }
      await stand()
    }
  }

  private func waitAnew() {
    lastContact = clock.now
    let milliseconds = electionTimeout.components.seconds * 1000
    electionWait = .milliseconds(milliseconds + Int64.random(in: 0...milliseconds))
  }

  /// Follows the leader of `term`, or nobody yet.
  func follow(_ leader: String, term: Int) throws {
    if term > vote.term { try save(StateFiles.Vote(term: term)) }
    if role != .follower || leaderID != leader {
      log.info("storage.raft", "entering follower state", ["leader-id": leader, "term": "\(term)"])
    }
    role = .follower
    isActive = false
    leaderID = leader
    waitAnew()
  }

  private func stand() async {
    waitAnew()
    do {
      leaderID = ""
      guard try await wouldWin() else { return }
      role = .candidate
      try save(StateFiles.Vote(term: vote.term + 1, votedFor: id))
      let term = vote.term
      log.info("storage.raft", "entering candidate state", ["term": "\(term)"])
      let answers = await askForVotes(term, isTrial: false)
      guard role == .candidate, vote.term == term else { return }
      if let newer = answers.values.compactMap({ $0[key: "term"].integer }).max(), newer > term {
        return try follow("", term: newer)
      }
      guard answers.values.count(where: { $0[key: "granted"].isTrue }) + 1 >= majority else { return }
      log.info("storage.raft", "election won", ["term": "\(term)"])
      role = .leader
      leaderID = id
      peerPoints = [:]
      peerContacts = [:]
      lastContact = clock.now
      // Nothing is answered before a point of this term is a majority's.
      try await exclusively { try await propose([:]) }
      isActive = true
      activeSince = Date()
      log.info("core", "post-unseal setup complete")
    } catch {
      log.warn("storage.raft", "election failed", error: "\(error)")
    }
  }

  /// Whether a majority would vote for this one, before it raises its term: a member that was slow or cut off cannot unseat a
  /// leader that the others hear (hashicorp/raft 1.7, "pre-vote").
  private func wouldWin() async throws -> Bool {
    let term = vote.term
    let answers = await askForVotes(term + 1, isTrial: true)
    guard role != .leader, vote.term == term, leaderID.isEmpty else { return false }
    if let newer = answers.values.compactMap({ $0[key: "term"].integer }).max(), newer > term {
      try follow("", term: newer)
      return false
    }
    return answers.values.count(where: { $0[key: "granted"].isTrue }) + 1 >= majority
  }

  private func askForVotes(_ term: Int, isTrial: Bool) async -> [String: JSONValue] {
    let question: JSONValue = [
      "term": .integer(term), "candidate": .string(id), "last": state.point.json, "trial": .boolean(isTrial),
    ]
    return await ask("vote", question, voters.filter { $0.key != id }, enough: majority - 1) {
      $0[key: "granted"].isTrue
    }
  }

  /// Answers a candidate. A trial changes nothing.
  func voteRequested(_ question: JSONValue) throws -> JSONValue {
    let term = question[key: "term"].integer ?? 0
    let candidate = question[key: "candidate"].text ?? ""
    func answer(_ granted: Bool) -> JSONValue { ["granted": .boolean(granted), "term": .integer(vote.term)] }
    guard case .unsealed = phase else { return answer(false) }
    // Who hears its leader elects no other: a node that comes back cannot unseat one.
    let hearsLeader = role == .leader && isActive || !leaderID.isEmpty && clock.now - lastContact < electionTimeout
    guard term >= vote.term, !hearsLeader else { return answer(false) }
    let hasAll = ReplicatedState.Point(question[key: "last"]) >= state.point
    if question[key: "trial"].isTrue { return answer(term > vote.term && hasAll) }
    if term > vote.term {
      try save(StateFiles.Vote(term: term))
      role = .follower
      isActive = false
      leaderID = ""
    }
    guard vote.votedFor.isEmpty || vote.votedFor == candidate, hasAll else { return answer(false) }
    try save(StateFiles.Vote(term: term, votedFor: candidate))
    waitAnew()
    return answer(true)
  }

  /// A leader's turn: heartbeats, and whether it still has a majority.
  private func lead() async {
    let term = vote.term
    let others = state.members.filter { $0.key != id }
    let answers = await ask("append", append(nil), others, enough: others.count) { _ in true }
    guard role == .leader, vote.term == term else { return }
    do { try noteTerms(answers) } catch { stepDown() }
    guard role == .leader else { return }
    let reached = voters.keys.count {
      $0 == id || peerContacts[$0].map { clock.now - $0 < electionTimeout * 2 } ?? false
    }
    if reached >= majority {
      lastContact = clock.now
    } else if clock.now - lastContact > electionTimeout * 2 {
      log.warn(
        "storage.raft", "failed to contact quorum of nodes, stepping down", error: "\(reached) of \(voters.count)")
      stepDown()
      return
    }
    // Whoever has caught up gets a vote, one at a time: each change of the voters is a majority's of the voters after it.
    if isActive, let ready = others.first(where: { !$0.value.votes && peerPoints[$0.key] == state.point }) {
      var member = ready.value
      member.votes = true
      log.info("storage.raft.autopilot", "promoting node", ["node": ready.key])
      _ = try? await exclusively {
        try await propose([ReplicatedState.membersFolder + ready.key: member.json])
      }
    }
    do { try await Task.sleep(for: electionTimeout / 5) } catch { return }
  }

  func stepDown() {
    role = .follower
    isActive = false
    leaderID = ""
    waitAnew()
  }
}

import Crypto
import Foundation

extension Node {
  /// A change that did not reach a majority. Whether it survives is open, as with any Raft.
  struct NotCommitted: Error, Sendable, Hashable {}

  /// Makes `changes` the next point: on this disk, then on a majority's. Under ``exclusively(_:)`` only.
  func propose(_ changes: [String: JSONValue?]) async throws {
    guard role == .leader else { throw NotCommitted() }
    let term = vote.term
    let previous = state.point
    try save(state.applying(changes, term: term))
    let point = state.point
    let entry: JSONValue = ["previous": previous.json, "point": point.json, "changes": changes.json]
    let others = voters.filter { $0.key != id }
    let answers = await ask("append", append(entry), others, enough: majority - 1) {
      $0[key: "term"].integer == term && ReplicatedState.Point($0[key: "last"]) >= point
    }
    guard role == .leader, vote.term == term else { throw NotCommitted() }
    try noteTerms(answers)
    guard role == .leader else { throw NotCommitted() }
    let have = answers.values.count {
      $0[key: "term"].integer == term && ReplicatedState.Point($0[key: "last"]) >= point
    }
    guard have + (voters[id] == nil ? 0 : 1) >= majority else {
      stepDown()
      throw NotCommitted()
    }
    if point > committed.point { committed = state }
  }

  /// Whoever answers with a later term has elected somebody else, or is about to.
  func noteTerms(_ answers: [String: JSONValue]) throws {
    if let newer = answers.values.compactMap({ $0[key: "term"].integer }).max(), newer > vote.term {
      try follow("", term: newer)
    }
  }

  /// What a leader tells its followers.
  func append(_ entry: JSONValue?) -> JSONValue {
    var message: JSONValue = [
      "term": .integer(vote.term), "leader": .string(id), "point": state.point.json,
      "committed": committed.point.json,
    ]
    if let entry { message[key: "entry"] = entry }
    return message
  }

  /// Asks `members` at once, and waits until `enough` of them answered as wanted, or all have answered. A follower that is at
  /// another point gets the whole state.
  func ask(
    _ kind: String, _ message: JSONValue, _ members: [String: ReplicatedState.Member], enough: Int,
    isWanted: @escaping @Sendable (JSONValue) -> Bool
  ) async -> [String: JSONValue] {
    guard enough > 0, let client = clusterClient else { return [:] }
    return await withTaskGroup(of: (String, JSONValue?).self) { group in
      for (name, member) in members {
        group.addTask {
          do {
            var answer = try await client.rpc(kind, message, at: member.address)
            if answer[key: "needs_all"].isTrue, let whole = await self.whole() {
              answer = try await client.rpc(kind, whole, at: member.address, timeout: 5)
            }
            await self.heard(from: name, answer)
            return (name, answer)
          } catch { return (name, nil) }
        }
      }
      var answers: [String: JSONValue] = [:]
      for await (name, answer) in group {
        if let answer { answers[name] = answer }
        if answers.values.count(where: isWanted) >= enough { group.cancelAll() }
      }
      return answers
    }
  }

  private func whole() -> JSONValue? {
    guard role == .leader else { return nil }
    var message = append(nil)
    message[key: "whole"] = .object(state.data)
    return message
  }

  private func heard(from name: String, _ answer: JSONValue) {
    peerContacts[name] = clock.now
    peerPoints[name] = ReplicatedState.Point(answer[key: "last"])
  }

  /// Answers a leader.
  func appendReceived(_ message: JSONValue) throws -> JSONValue {
    let term = message[key: "term"].integer ?? 0
    let leader = message[key: "leader"].text ?? ""
    func answer(needsAll: Bool = false) -> JSONValue {
      ["term": .integer(vote.term), "last": state.point.json, "needs_all": .boolean(needsAll)]
    }
    if case .sealed = phase { throw NotCommitted() }
    guard term >= vote.term else { return answer() }
    try follow(leader, term: term)
    let point = ReplicatedState.Point(message[key: "point"])
    // A leader's own point is of its term once it changed anything: an older message never takes a newer one back.
    guard point > state.point else { return answer() }
    let entry = message[key: "entry"]
    if !message[key: "whole"].isNull {
      let isFirst = phase == .uninitialised
      if isFirst {
        let keyring = message[key: "whole"][key: StateFiles.keyring]
        stateKey = SymmetricKey(data: try seal.unwrap(keyring))
      }
      try save(ReplicatedState(term: point.term, index: point.index, data: message[key: "whole"].members))
      if isFirst {
        phase = .unsealed
        log.info("core", "successfully joined the raft cluster", ["leader-id": leader])
      }
    } else if !entry.isNull, ReplicatedState.Point(entry[key: "previous"]) == state.point {
      let changes = [String: JSONValue?](entry[key: "changes"])
      var next = state.applying(changes, term: point.term)
      next.index = point.index
      try save(next)
    } else {
      return answer(needsAll: true)
    }
    return answer()
  }
}

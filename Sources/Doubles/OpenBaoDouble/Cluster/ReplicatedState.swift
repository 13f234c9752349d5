/// Everything that is stored, at one point of the cluster's history. The pair of term and index orders all points: a term has
/// one leader, and it numbers its changes.
struct ReplicatedState: Sendable, Hashable {
  var term = 0
  var index = 0
  var data: [String: JSONValue] = [:]

  struct Point: Sendable, Hashable, Comparable {
    var term: Int
    var index: Int

    static func < (left: Point, right: Point) -> Bool { (left.term, left.index) < (right.term, right.index) }

    var json: JSONValue { ["term": .integer(term), "index": .integer(index)] }

    init(term: Int, index: Int) {
      self.term = term
      self.index = index
    }

    init(_ json: JSONValue) { self.init(term: json[key: "term"].integer ?? 0, index: json[key: "index"].integer ?? 0) }
  }

  var point: Point { Point(term: term, index: index) }

  /// The next point, with `changes` made.
  func applying(_ changes: [String: JSONValue?], term: Int) -> ReplicatedState {
    var next = self
    next.term = term
    next.index += 1
    for (path, change) in changes { next.data[path] = change }
    return next
  }

  /// A member of the cluster. One that does not vote yet is catching up.
  struct Member: Sendable, Hashable {
    var address: String
    var apiAddress: String
    var votes: Bool

    var json: JSONValue {
      ["address": .string(address), "api_address": .string(apiAddress), "votes": .boolean(votes)]
    }
  }

  static let membersFolder = "core/raft/members/"

  var members: [String: Member] {
    var found: [String: Member] = [:]
    for (path, value) in data where path.hasPrefix(Self.membersFolder) {
      found[String(path.dropFirst(Self.membersFolder.count))] = Member(
        address: value[key: "address"].text ?? "", apiAddress: value[key: "api_address"].text ?? "",
        votes: value[key: "votes"].isTrue)
    }
    return found
  }
}

extension [String: JSONValue?] {
  /// As it goes over the wire: a deletion is `null` in a list of its own.
  var json: JSONValue {
    let kept = compactMapValues { $0 }
    let gone = filter { $0.value == nil }.keys.sorted()
    return ["set": .object(kept), "delete": .strings(gone)]
  }

  init(_ json: JSONValue) {
    self = json[key: "set"].members.mapValues { .some($0) }
    for path in json[key: "delete"].texts { self[path] = .some(nil) }
  }
}

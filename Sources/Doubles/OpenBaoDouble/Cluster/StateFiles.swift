import Crypto
import Foundation
import Glibc

/// The files of a node's storage: `vault.db` with the state, encrypted under a key that the seal wraps, and `raft/raft.db` with
/// term and vote. Each is replaced whole.
struct StateFiles: Sendable {
  let folder: String
  private var statePath: String { folder + "/vault.db" }
  private var votePath: String { folder + "/raft/raft.db" }

  /// Makes what is missing, as upstream does on its first start.
  init(folder: String) throws(FileText.Fault) {
    self.folder = folder
    if mkdir(folder + "/raft", 0o700) != 0, errno != EEXIST {
      let words = String(cString: strerror(errno)).lowercased()
      throw FileText.Fault(
        description: "failed to create fsm: failed to open bolt file: open \(folder)/vault.db: \(words)")
    }
    if access(statePath, F_OK) != 0 { try FileText.replace(statePath, with: Array("{}".utf8), mode: 0o600) }
  }

  struct Vote: Sendable, Hashable {
    var term = 0
    var votedFor = ""
  }

  func vote() throws -> Vote {
    guard access(votePath, F_OK) == 0 else { return Vote() }
    let json = try JSONValue.parse(FileText.bytes(of: votePath))
    return Vote(term: json[key: "term"].integer ?? 0, votedFor: json[key: "voted_for"].text ?? "")
  }

  func write(_ vote: Vote) throws {
    let json: JSONValue = ["term": .integer(vote.term), "voted_for": .string(vote.votedFor)]
    try FileText.replace(votePath, with: json.bytes(), mode: 0o600)
  }

  /// What is in `vault.db`; `nil` before this node is part of a cluster.
  func sealed() throws -> JSONValue? {
    let json = try JSONValue.parse(FileText.bytes(of: statePath))
    return json.members.isEmpty ? nil : json
  }

  /// The state, and the key that encrypts it; throws where the seal's key is another.
  func open(_ sealed: JSONValue, _ seal: SealKeys) throws -> (ReplicatedState, SymmetricKey) {
    let key = SymmetricKey(data: try seal.unwrap(sealed[key: "keyring"]))
    guard let data = Data(base64Encoded: sealed[key: "state"].text ?? ""),
      let box = try? AES.GCM.SealedBox(combined: data),
      let plain = try? AES.GCM.open(box, using: key)
    else { throw GoTemplateError("the state cannot be decrypted: \(statePath) is damaged") }
    let point = ReplicatedState.Point(sealed[key: "point"])
    return (ReplicatedState(term: point.term, index: point.index, data: try JSONValue.parse(Array(plain)).members), key)
  }

  func write(_ state: ReplicatedState, _ key: SymmetricKey) throws {
    guard let box = try AES.GCM.seal(JSONValue.object(state.data).bytes(), using: key).combined else {
      throw GoTemplateError("the state cannot be encrypted")
    }
    let json: JSONValue = [
      "keyring": state.data[Self.keyring] ?? .null, "point": state.point.json,
      "state": .string(box.base64EncodedString()),
    ]
    try FileText.replace(statePath, with: json.bytes(), mode: 0o600)
  }

  /// Where the state itself holds the wrapped key, so that a rotation reaches every node.
  static let keyring = "core/keyring"
}

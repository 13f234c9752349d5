/// Who a pod-bound token speaks for: a pod, and the node that it is bound to.
public struct PodIdentity: Sendable, Hashable {
  /// The node's name.
  public var nodeName: String
  /// The UID of the Node object.
  public var nodeUID: String
  /// The pod's name.
  public var podName: String
  /// The pod's UID.
  public var podUID: String

  /// Why a reviewed token names no node.
  public enum Refusal: Error, Sendable, Hashable {
    /// The API server does not accept the token; its words, empty where it has none.
    case notAuthenticated(String)
    /// It is for somebody else.
    case audience(expected: String)
    /// It is another account's: the name that it has.
    case account(String, expected: String)
    /// It is bound to no pod: anybody who read it may be anywhere.
    case notBoundToPod
    /// It does not say which node the pod is on.
    case noNode
  }

  /// A pod on a node.
  public init(nodeName: String, nodeUID: String, podName: String, podUID: String) {
    self.nodeName = nodeName
    self.nodeUID = nodeUID
    self.podName = podName
    self.podUID = podUID
  }

  /// Who the reviewed token speaks for, where it is for `audience` and of the service account with that user name.
  ///
  /// The node is in tokens of Kubernetes 1.30 and later (feature ServiceAccountTokenPodNodeInfo, KEP 4193).
  public init(_ review: TokenReview, audience: String, account: String) throws(Refusal) {
    guard review.authenticated, review.error.isEmpty else { throw .notAuthenticated(review.error) }
    guard review.audiences.contains(audience) else { throw .audience(expected: audience) }
    guard review.username == account else { throw .account(review.username, expected: account) }
    func only(_ key: String) -> String? {
      guard let values = review.extra["authentication.kubernetes.io/\(key)"], values.count == 1 else { return nil }
      return values[0].isEmpty ? nil : values[0]
    }
    guard let podName = only("pod-name"), let podUID = only("pod-uid") else { throw .notBoundToPod }
    guard let nodeName = only("node-name"), let nodeUID = only("node-uid") else { throw .noNode }
    self.init(nodeName: nodeName, nodeUID: nodeUID, podName: podName, podUID: podUID)
  }
}

extension PodIdentity.Refusal: CustomStringConvertible {
  /// What is the matter and what to do, in one line.
  public var description: String {
    switch self {
    case .notAuthenticated(let words):
      words.isEmpty
        ? "the API server does not accept the token: it expired, or its pod is gone"
        : "the API server does not accept the token: \(words)"
    case .audience(let expected):
      "the token is not for audience \(expected): project it with that audience"
    case .account(let name, let expected): "the token is \(name.debugDescription)'s, not \(expected)'s"
    case .notBoundToPod: "the token is bound to no pod: use a projected one"
    case .noNode: "the token does not say which node its pod is on: Kubernetes 1.30 or later is needed"
    }
  }
}

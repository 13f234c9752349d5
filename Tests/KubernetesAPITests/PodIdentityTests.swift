import KubernetesAPI
import Testing

@Suite("Whom a reviewed token speaks for")
struct PodIdentityTests {
  private static let account = "system:serviceaccount:ll-system:ll-agent"

  /// As kube-apiserver 1.32 answers for a projected token (kubernetes.io, Managing Service Accounts).
  private static let good = TokenReview(
    authenticated: true, username: account,
    extra: [
      "authentication.kubernetes.io/credential-id": ["JTI=7ee52be0-9045-4653-aa5e-0da57b8dccdc"],
      "authentication.kubernetes.io/node-name": ["worker-1"],
      "authentication.kubernetes.io/node-uid": ["2ee3b1b4-6c0c-4a5c-9d3a-0b3c4c2a6a55"],
      "authentication.kubernetes.io/pod-name": ["ll-agent-x7k2p"],
      "authentication.kubernetes.io/pod-uid": ["1b2a7c6e-5f0b-4a1e-8b7d-6a0e4b4c9d11"],
    ], audiences: ["ll-operator"])

  private static func identity(_ review: TokenReview) throws(PodIdentity.Refusal) -> PodIdentity {
    try PodIdentity(review, audience: "ll-operator", account: account)
  }

  @Test("a pod-bound token names its node")
  func node() throws {
    let identity = try Self.identity(Self.good)
    #expect(identity.nodeName == "worker-1")
    #expect(identity.nodeUID == "2ee3b1b4-6c0c-4a5c-9d3a-0b3c4c2a6a55")
    #expect(identity.podName == "ll-agent-x7k2p")
  }

  static let refused: [(String, @Sendable (inout TokenReview) -> Void, PodIdentity.Refusal)] = [
    ("not authenticated", { $0.authenticated = false }, .notAuthenticated("")),
    ("an error beside authenticated", { $0.error = "issuer unknown" }, .notAuthenticated("issuer unknown")),
    ("another audience", { $0.audiences = ["vault"] }, .audience(expected: "ll-operator")),
    ("a server that knows no audiences", { $0.audiences = [] }, .audience(expected: "ll-operator")),
    (
      "another account", { $0.username = "system:serviceaccount:default:default" },
      .account("system:serviceaccount:default:default", expected: account)
    ),
    ("no pod", { $0.extra["authentication.kubernetes.io/pod-uid"] = nil }, .notBoundToPod),
    ("no node", { $0.extra["authentication.kubernetes.io/node-name"] = nil }, .noNode),
    ("no node's UID", { $0.extra["authentication.kubernetes.io/node-uid"] = nil }, .noNode),
    ("two nodes", { $0.extra["authentication.kubernetes.io/node-name"] = ["a", "b"] }, .noNode),
    ("an empty node", { $0.extra["authentication.kubernetes.io/node-name"] = [""] }, .noNode),
  ]

  @Test("a token that does not is refused", arguments: refused.indices)
  func refusal(_ index: Int) {
    let (_, change, expected) = Self.refused[index]
    var review = Self.good
    change(&review)
    #expect(throws: expected) { try Self.identity(review) }
  }
}

import KubernetesAPI

/// Who a node is, as somebody other than itself says.
struct NodeIdentity: Sendable, Hashable {
  /// The node's name.
  var name: String
  /// The UID of the Node object; empty where the certificate's role pins the name.
  var uid: String
}

/// Why nobody says who a node is.
struct NodeReviewFailure: Error, Sendable, Hashable {
  /// One sentence for a person.
  var message: String
  /// Whether it may be otherwise in a moment, and nothing is wrong with the node.
  var isTransient: Bool
}

/// Says whose a token is. Tests have their own.
typealias NodeReview = @Sendable (_ token: [UInt8]) async -> Result<NodeIdentity, NodeReviewFailure>

extension KubernetesSettings {
  /// A TokenReview of a pod-bound token, within five seconds.
  var review: NodeReview {
    let session = KubernetesSession(endpoint)
    return { token in
      let review: TokenReview
      do throws(KubernetesAPIError) {
        review = try await session.review(token: token, audience: audience, within: .seconds(5))
      } catch {
        return .failure(NodeReviewFailure(message: error.description, isTransient: true))
      }
      do throws(PodIdentity.Refusal) {
        let pod = try PodIdentity(review, audience: audience, account: account)
        return .success(NodeIdentity(name: pod.nodeName, uid: pod.nodeUID))
      } catch {
        return .failure(NodeReviewFailure(message: error.description, isTransient: false))
      }
    }
  }
}

import Foundation
import KubernetesAPI
import TestSupport
import Testing

@Suite("Asking an API server whose a token is", .serialized)
struct KubernetesSessionTests {
  private static let reviewed = """
    {"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","metadata":{"creationTimestamp":null},
    "spec":{"token":"aaa.bbb.ccc","audiences":["ll-operator"]},
    "status":{"authenticated":true,"user":{"username":"system:serviceaccount:ll-system:ll-agent","uid":"9f0c",
    "groups":["system:serviceaccounts"],"extra":{"authentication.kubernetes.io/node-name":["worker-1"]}},
    "audiences":["ll-operator"]}}
    """

  @discardableResult
  private func withServer<Result>(
    _ reply: ReviewServer.Reply, names: [String] = ["127.0.0.1"], trusted: Bool = true,
    _ body: (KubernetesSession, ReviewServer) async throws -> Result
  ) async throws -> Result {
    let folder = try TemporaryFolder()
    let authority = try ServingAuthority()
    let other = try ServingAuthority()
    let server = try await ReviewServer(authority.issue(names: names), reply: reply)
    let anchors = try folder.write(trusted ? authority.pem : other.pem, to: "ca.pem")
    let token = try folder.write("the-operators-own-token\n", to: "token")
    let session = KubernetesSession(
      KubernetesEndpoint(
        host: "127.0.0.1", port: server.port, anchors: anchors.path, credential: .tokenFile(token.path)))
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(session, server)) } catch { result = .failure(error) }
    try await server.close()
    return try result.get()
  }

  @Test("the review says who and for whom")
  func review() async throws {
    try await withServer(.answer(201, Self.reviewed)) { session, server in
      let review = try await session.review(
        token: Array("aaa.bbb.ccc".utf8), audience: "ll-operator", within: .seconds(60))
      #expect(review.authenticated)
      #expect(review.username == "system:serviceaccount:ll-system:ll-agent")
      #expect(review.audiences == ["ll-operator"])
      #expect(review.extra["authentication.kubernetes.io/node-name"] == ["worker-1"])
      let told = server.received
      #expect(told.hasPrefix("POST /apis/authentication.k8s.io/v1/tokenreviews HTTP/1.1"))
      #expect(told.contains("Bearer the-operators-own-token"))
      #expect(told.contains(#""audiences":["ll-operator"]"#))
      #expect(told.contains(#""token":"aaa.bbb.ccc""#))
    }
  }

  @Test("nothing is sent to a server that is not verified")
  func unverified() async throws {
    for (names, trusted) in [(["127.0.0.1"], false), (["10.9.8.7"], true)] {
      try await withServer(.answer(201, Self.reviewed), names: names, trusted: trusted) { session, server in
        let failure = await #expect(throws: KubernetesAPIError.self) {
          try await session.review(token: Array("aaa".utf8), audience: "ll-operator", within: .seconds(60))
        }
        guard case .unverified? = failure else {
          Issue.record("\(String(describing: failure))")
          return
        }
        #expect(server.received.isEmpty)
      }
    }
  }

  @Test("what is no token is refused without asking", arguments: ["", "a b", "a\"b", "a\r\nx: y"])
  func noToken(_ token: String) async throws {
    try await withServer(.answer(201, Self.reviewed)) { session, server in
      let review = try await session.review(token: Array(token.utf8), audience: "ll-operator", within: .seconds(60))
      #expect(!review.authenticated)
      #expect(server.received.isEmpty)
    }
  }

  static let faults: [(ReviewServer.Reply, KubernetesAPIError)] = [
    (.answer(401, "{}"), .unauthorized),
    (.answer(403, "may not"), .forbidden("may not")),
    (.answer(500, "etcd"), .status(500, "etcd")),
    (.answer(302, ""), .status(302, "")),
    (.answer(201, "{}"), .malformed("no TokenReview")),
    (.answer(201, #"{"kind":"Status"}"#), .malformed("a Status instead of a reviewed TokenReview")),
    (.stall, .deadlineExceeded),
  ]

  @Test("every fault has its words", arguments: faults.indices)
  func fault(_ index: Int) async throws {
    let (reply, expected) = Self.faults[index]
    // Only who waits in vain is to wait for so short a time: on a busy machine an answer takes a while.
    let limit: Duration = expected == .deadlineExceeded ? .seconds(2) : .seconds(60)
    try await withServer(reply) { session, _ in
      await #expect(throws: expected) {
        try await session.review(token: Array("aaa".utf8), audience: "ll-operator", within: limit)
      }
    }
  }

  @Test("nobody at the address is said so")
  func nobody() async throws {
    let folder = try TemporaryFolder()
    let anchors = try folder.write(try ServingAuthority().pem, to: "ca.pem")
    let token = try folder.write("t", to: "token")
    let endpoint = KubernetesEndpoint(
      host: "127.0.0.1", port: try FreePort.take(), anchors: anchors.path, credential: .tokenFile(token.path))
    let failure = await #expect(throws: KubernetesAPIError.self) {
      try await KubernetesSession(endpoint).review(
        token: Array("aaa".utf8), audience: "ll-operator", within: .seconds(60))
    }
    #expect(failure == .unreachable("Connection refused"))
  }
}

import FoundationEssentials

/// What an API server says of somebody's token. Source: kubernetes.io, TokenReview, authentication.k8s.io/v1, `status`.
public struct TokenReview: Sendable, Hashable {
  /// Whether it knows whose token it is.
  public var authenticated: Bool
  /// Whose: `system:serviceaccount:<namespace>:<name>` for a pod's.
  public var username: String
  /// What else the token says, by name; each may have several values.
  public var extra: [String: [String]]
  /// For whom the token is, among those that were asked about. A server that does not know of audiences leaves it
  /// empty.
  public var audiences: [String]
  /// Why the token could not be checked; empty where it was.
  public var error: String

  /// A review.
  public init(
    authenticated: Bool, username: String = "", extra: [String: [String]] = [:], audiences: [String] = [],
    error: String = ""
  ) {
    self.authenticated = authenticated
    self.username = username
    self.extra = extra
    self.audiences = audiences
    self.error = error
  }

  /// The request: a review of `token` for `audience`.
  static func request(token: String, audience: String) throws(KubernetesAPIError) -> [UInt8] {
    struct Request: Encodable {
      struct Spec: Encodable {
        var token: String
        var audiences: [String]
      }
      var apiVersion = "authentication.k8s.io/v1"
      var kind = "TokenReview"
      var spec: Spec
    }
    do {
      return Array(try JSONEncoder().encode(Request(spec: .init(token: token, audiences: [audience]))))
    } catch {
      throw .malformed("the request cannot be written")
    }
  }

  /// Reads the answer.
  init(decoding json: [UInt8]) throws(KubernetesAPIError) {
    struct Answer: Decodable {
      struct User: Decodable {
        var username: String?
        var extra: [String: [String]]?
      }
      struct Status: Decodable {
        var authenticated: Bool?
        var user: User?
        var audiences: [String]?
        var error: String?
      }
      var kind: String
      var status: Status?
    }
    let answer: Answer
    do {
      answer = try JSONDecoder().decode(Answer.self, from: Data(json))
    } catch {
      throw .malformed("no TokenReview")
    }
    guard answer.kind == "TokenReview", let status = answer.status else {
      throw .malformed("a \(answer.kind.prefix(40)) instead of a reviewed TokenReview")
    }
    self.init(
      authenticated: status.authenticated ?? false, username: status.user?.username ?? "",
      extra: status.user?.extra ?? [:], audiences: status.audiences ?? [], error: status.error ?? "")
  }
}

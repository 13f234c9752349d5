import FoundationEssentials
import Testing

@testable import OpenBao

/// Answers of OpenBao 2.6.2 as it gave them, and what they mean to the client.
@Suite("What OpenBao's answers mean")
struct AnswerTests {
  struct Answer: Sendable, CustomTestStringConvertible {
    var purpose: APICall.Purpose = .other
    var status: Int
    var body: String
    var type: String? = "application/json"
    var expected: OpenBaoError?
    var retry: OpenBaoError.Retry?
    var testDescription: String { "\(purpose) \(status) \(body.prefix(60))" }
  }

  static let answers: [Answer] = [
    Answer(status: 200, body: "{}"),
    Answer(status: 204, body: "", type: nil),
    Answer(
      status: 200, body: "<html>Maintenance</html>", type: "text/html",
      expected: .malformed("status 200 with the content type \"text/html\""), retry: .later),
    Answer(status: 403, body: #"{"errors":["permission denied"]}"#, expected: .badToken, retry: .now),
    Answer(
      status: 403, body: #"{"errors":["1 error occurred:\n\t* permission denied\n\n"]}"#,
      expected: .denied(path: "pki/sign/agent"), retry: .never),
    Answer(status: 503, body: #"{"errors":["Vault is sealed"]}"#, expected: .sealed, retry: .later),
    Answer(
      status: 500, body: #"{"errors":["local node not active but active cluster node not found"]}"#,
      expected: .standby, retry: .later),
    Answer(status: 473, body: "", type: nil, expected: .standby, retry: .later),
    Answer(
      status: 429, body: #"{"initialized":true,"sealed":false,"standby":true}"#, expected: .standby, retry: .later),
    Answer(
      status: 429, body: #"{"errors":["request path \"pki/sign/agent\": rate limit quota exceeded"]}"#,
      expected: .rateLimited(seconds: nil), retry: .later),
    Answer(
      status: 404, body: #"{"errors":["no handler for route \"nope/x\". route entry not found."]}"#,
      expected: .notFound(path: "pki/sign/agent", ["no handler for route \"nope/x\". route entry not found."]),
      retry: .never),
    Answer(
      status: 404, body: #"{"errors":["namespace not found"]}"#, expected: .noNamespace("acme"), retry: .never),
    Answer(
      status: 400, body: #"{"errors":["unknown role: none"]}"#,
      expected: .refused(status: 400, ["unknown role: none"]), retry: .never),
    Answer(
      purpose: .unwrapping, status: 400,
      body: #"{"errors":["wrapping token is not valid or does not exist"]}"#, expected: .wrappingSpent, retry: .never),
    Answer(
      purpose: .unwrapping, status: 403, body: #"{"errors":["error validating wrapping token: token is empty"]}"#,
      expected: .wrappingSpent, retry: .never),
    Answer(
      purpose: .login(.kubernetes), status: 403, body: #"{"errors":["permission denied"]}"#,
      expected: .loginRefused(.kubernetes, status: 403, ["permission denied"]), retry: .never),
    Answer(
      purpose: .login(.kubernetes), status: 500, body: #"{"errors":["could not load backend configuration"]}"#,
      expected: .loginRefused(.kubernetes, status: 500, ["could not load backend configuration"]), retry: .later),
    Answer(
      purpose: .login(.certificate), status: 503, body: #"{"errors":["Vault is sealed"]}"#, expected: .sealed,
      retry: .later),
    Answer(
      status: 502, body: "<html>Bad\nGateway</html>", type: "text/html",
      expected: .failing(status: 502, "<html>Bad Gateway</html>"), retry: .later),
    Answer(
      status: 403, body: "<html>Forbidden</html>", type: "text/html",
      expected: .failing(status: 403, "<html>Forbidden</html>"), retry: .later),
  ]

  @Test("a recorded answer", arguments: answers)
  func meaning(_ answer: Answer) {
    let call = APICall(path: "pki/sign/agent", purpose: answer.purpose)
    let given = ServerAnswer(
      status: answer.status, contentType: answer.type, location: nil, retryAfter: nil, body: Array(answer.body.utf8))
    let error = call.fault(in: given, namespace: "acme")
    #expect(error == answer.expected)
    #expect(error?.retry == answer.retry)
  }

  @Test("a certificate's expired login is said to be that")
  func expired() {
    let words =
      "failed to verify client's certificate: x509: certificate has expired or is not yet valid: current time "
      + "2026-11-21T19:48:00Z is after 2026-11-21T19:47:59Z"
    let error = OpenBaoError.loginRefused(.certificate, status: 500, [words])
    #expect(error.description.hasSuffix(": the certificate is expired"))
    #expect(error.retry == .later)
  }

  @Test("a fault of OpenBao's own at a login is no advice about the certificate, and the next server is asked")
  func ownFault() {
    let error = OpenBaoError.loginRefused(.certificate, status: 500, ["internal error"])
    #expect(error.description == "the login by certificate was refused (500): internal error")
    #expect(error.concernsOneServer)
    let refused = OpenBaoError.loginRefused(
      .certificate, status: 400, ["invalid certificate or no client certificate supplied"])
    #expect(refused.description.contains(": no role of the login trusts this certificate's issuer"))
    #expect(!refused.concernsOneServer)
  }

  @Test("several lines of an answer become one, without the library's decoration")
  func oneLine() {
    let error = OpenBaoError.refused(status: 400, ["2 errors occurred:\n\t* first\n\t* second\u{7}\n\n"])
    #expect(error.description == "OpenBao refuses (400): first second ")
  }

  @Test("a rate limit's own wait is kept")
  func retryAfter() {
    let answer = ServerAnswer(
      status: 429, contentType: "application/json", location: nil, retryAfter: 17,
      body: Array(#"{"errors":["request path \"x\": rate limit quota exceeded"]}"#.utf8))
    let error = APICall(path: "x").fault(in: answer, namespace: nil)
    #expect(error == .rateLimited(seconds: 17))
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<100 {
      let delay = RetryPolicy().delay(after: 1, error: .rateLimited(seconds: 17), using: &generator)
      #expect(delay >= .seconds(17) && delay <= .seconds(18))
    }
  }

  @Test("health as OpenBao 2.6.2 answers it, active and sealed")
  func health() throws {
    let active = #"""
      {"initialized":true,"sealed":false,"standby":false,"replication_performance_mode":"disabled","replication_dr_mode":"disabled","server_time_utc":1795290406,"version":"2.6.2","cluster_name":"vault-cluster-ee3f0c61","cluster_id":"ec8f1ac1-92e8-46e5-df6f-3eaabef896e3"}
      """#
    let sealed = #"""
      {"initialized":true,"sealed":true,"standby":true,"replication_performance_mode":"unknown","replication_dr_mode":"unknown","server_time_utc":1795290480,"version":"2.6.2"}
      """#
    for (body, status, state) in [(active, 200, ServerHealth.State.active), (sealed, 503, .sealed)] {
      let health = try ServerHealth(
        ServerAnswer(
          status: status, contentType: "application/json", location: nil, retryAfter: nil, body: Array(body.utf8)))
      #expect(health.state == state)
      #expect(health.version == "2.6.2")
      #expect((health.clusterName == nil) == (state == .sealed))
    }
  }
}

/// A request's body against the platform's own JSON reader.
@Suite("Request bodies are JSON")
struct JSONObjectTests {
  @Test("every character of a text and a secret survives")
  func characters() throws {
    let text = String(String.UnicodeScalarView((0..<0x250).compactMap { Unicode.Scalar($0) })) + "\"\\/\u{1F511}"
    var object = JSONObject()
    object.add("text", text)
    object.add("secret", try Secret.bytes(text))
    let found = try JSONDecoder().decode([String: String].self, from: Data(object.bytes))
    #expect(found == ["text": text, "secret": text])
    #expect(JSONObject().bytes == Array("{}".utf8))
  }
}

import Foundation
import PKI
import TestSupport

/// Go's crypto/x509, in a small program that is built once for each test run.
struct GoVerifier: ForeignVerifier {
  static let isInstalled = (try? Command(["go", "version"]).status) == 0

  let name = "Go"

  private struct Failure: Error { let words: String }

  private struct Verdict: Decodable {
    var accepted: Bool
    var reason: String
  }

  // In the build folder, so that nothing is left outside it.
  private static let program = Result {
    let build = SharedFolder.checkout.appendingPathComponent(".build")
    let source = SharedFolder.checkout.appendingPathComponent("Tests/PKITests/Fixtures/verifier/main.go")
    let program = build.appendingPathComponent("pki-verifier").path
    let result = try Command(
      ["go", "build", "-o", program, source.path],
      environment: [
        "GO111MODULE": "off", "GOFLAGS": "", "GOPROXY": "off",
        "GOCACHE": build.appendingPathComponent("go-cache").path,
      ], seconds: 900)
    guard result.status == 0 else { throw Failure(words: result.errors) }
    return program
  }

  func refusal(_ test: VerifierCase) throws -> String? {
    let description: [String: Any] = [
      "anchors": test.anchors.pemText, "intermediates": test.intermediates.pemText, "leaf": [test.leaf].pemText,
      "usage": "\(test.usage)", "name": test.name.map { "\($0)" } ?? "", "time": test.at,
      "lists": test.lists.map { String(decoding: $0.pem, as: UTF8.self) }.joined(),
    ]
    let result = try Command(
      [Self.program.get()], input: JSONSerialization.data(withJSONObject: [description]))
    guard result.status == 0 else { throw Failure(words: result.errors) }
    let verdicts = try JSONDecoder().decode([Verdict].self, from: Data(result.output.utf8))
    guard let verdict = verdicts.first, verdicts.count == 1 else { throw Failure(words: result.output) }
    return verdict.accepted ? nil : verdict.reason
  }
}

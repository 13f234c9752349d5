import PKI
import TestSupport
import Testing

@Suite(
  "Three verifiers on one hierarchy",
  .enabled(if: OpenSSLVerifier.isInstalled, "openssl is not installed"),
  .enabled(if: GoVerifier.isInstalled, "go is not installed"))
struct ChainMatrixTests {
  @Test("OpenSSL, Go and ours agree", arguments: try MatrixCases.all(TestHierarchy.shared.get()))
  func agreement(_ test: VerifierCase) async throws {
    switch await test.verification.verify(test.leaf) {
    case .accepted(let chain):
      #expect(test.refused == nil, "ours accepts \(chain.map(\.subject))")
      #expect(chain.first == test.leaf)
      #expect(chain.last.map { test.anchors.contains($0) } == true)
    case .refused(let reasons):
      let words = reasons.joined(separator: "; ")
      if let expected = test.refused {
        #expect(words.contains(expected), "ours refuses with other words")
      } else {
        Issue.record("ours refuses: \(words)")
      }
    }
    for verifier in [OpenSSLVerifier(), GoVerifier()] as [any ForeignVerifier] {
      let refusal = try verifier.refusal(test)
      let accepts = (test.refused == nil) != test.otherwise.contains(verifier.name)
      #expect((refusal == nil) == accepts, "\(verifier.name): \(refusal ?? "accepts")")
    }
  }
}

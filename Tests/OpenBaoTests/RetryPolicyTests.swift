import OpenBao
import Testing

@Suite("When OpenBao is asked again")
struct RetryPolicyTests {
  /// A generator that gives one number for ever.
  private struct Constant: RandomNumberGenerator {
    var value: UInt64
    mutating func next() -> UInt64 { value }
  }

  @Test(
    "the window doubles with every failure, up to the cap",
    arguments: [(0, 1), (1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (60, 300), (Int.max, 300)])
  func window(_ failures: Int, _ seconds: Int) {
    #expect(RetryPolicy().window(after: failures) == .seconds(seconds))
  }

  @Test("the wait is anywhere in the window: none at one end, all of it at the other")
  func jitter() {
    let policy = RetryPolicy(base: .seconds(2), cap: .seconds(60))
    var least = Constant(value: 0)
    var most = Constant(value: .max)
    #expect(policy.delay(after: 3, error: .sealed, using: &least) == .zero)
    let longest = policy.delay(after: 3, error: .sealed, using: &most)
    #expect(longest > .seconds(7.9) && longest <= .seconds(8))
    var random = SystemRandomNumberGenerator()
    let mean =
      (0..<4000).map { _ in policy.delay(after: 3, error: .sealed, using: &random) / .seconds(1) }.reduce(0, +) / 4000
    #expect(abs(mean - 4) < 0.4)
  }

  @Test("a token that has ended is replaced at once, and the second time after a wait")
  func now() {
    var most = Constant(value: .max)
    #expect(RetryPolicy().delay(after: 1, error: .badToken, using: &most) == .zero)
    #expect(RetryPolicy().delay(after: 2, error: .badToken, using: &most) > .seconds(1))
  }

  @Test("what only a person can change is tried between half and all of the cap")
  func never() {
    var least = Constant(value: 0)
    var most = Constant(value: .max)
    let error = OpenBaoError.denied(path: "pki/sign/agent")
    #expect(RetryPolicy().delay(after: 1, error: error, using: &least) == .seconds(150))
    #expect(RetryPolicy().delay(after: 1, error: error, using: &most) > .seconds(299))
  }
}

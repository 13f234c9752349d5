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

  @Test(
    "OpenBao is left alone for as long as it asks, an hour at most, and a random time more",
    arguments: [(17, 17), (0, 0), (-5, 0), (3600, 3600), (3 * 86_400, 3600), (Int.max, 3600)])
  func asked(_ seconds: Int, _ least: Int) {
    var earliest = Constant(value: 0)
    var latest = Constant(value: .max)
    let error = OpenBaoError.rateLimited(seconds: seconds)
    #expect(error.asked == .seconds(least))
    #expect(RetryPolicy().delay(after: 1, error: error, using: &earliest) == .seconds(least))
    #expect(RetryPolicy().delay(after: 60, error: error, using: &latest) > .seconds(least + 299))
    #expect(RetryPolicy().delay(after: 60, error: error, using: &latest) <= .seconds(least + 300))
  }

  @Test("who does not ask for a time is asked again as after any fault")
  func notAsked() {
    var earliest = Constant(value: 0)
    for error in [OpenBaoError.rateLimited(seconds: nil), .sealed, .clockDiffers(seconds: 7200)] {
      #expect(error.asked == nil)
      #expect(RetryPolicy().delay(after: 3, error: error, using: &earliest) == .zero)
    }
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

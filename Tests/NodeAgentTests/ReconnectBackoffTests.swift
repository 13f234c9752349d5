import Testing

@testable import NodeAgent

@Suite("When to dial next")
struct ReconnectBackoffTests {
  /// The same number for ever: `fraction` of the way through any range.
  private struct Fixed: RandomNumberGenerator {
    var value: UInt64
    mutating func next() -> UInt64 { value }
  }

  private static let latest = Fixed(value: .max)
  private static let earliest = Fixed(value: 0)

  private static func delays(_ count: Int, _ backoff: ReconnectBackoff, _ random: Fixed) -> [Duration] {
    var (backoff, random) = (backoff, random)
    return (0..<count).map { _ in backoff.next(using: &random) }
  }

  @Test("the first dial is jittered as well, and a window grows to two minutes and no further")
  func growth() {
    let delays = Self.delays(14, ReconnectBackoff(), Self.latest)
    #expect(delays[0] > .seconds(1.99) && delays[0] < .seconds(2))
    #expect(delays[1] > .seconds(3.1) && delays[1] < .seconds(3.2))
    #expect(delays[13] > .seconds(119) && delays[13] < .seconds(120))
    #expect(Self.delays(14, ReconnectBackoff(), Self.earliest).allSatisfy { $0 == .zero })
  }

  @Test("dials are spread over the whole window, not bunched at its end")
  func spread() {
    var random = SystemRandomNumberGenerator()
    let delays = (0..<4000).map { _ in
      var backoff = ReconnectBackoff()
      return backoff.next(using: &random)
    }
    for quarter in 0..<4 {
      let low = Duration.milliseconds(quarter * 500)
      let share = delays.filter { $0 >= low && $0 < low + .milliseconds(500) }.count
      #expect((800...1200).contains(share), "quarter \(quarter): \(share)")
    }
  }

  @Test("a window that the operator asks for is used but for the handshake's second, up to an hour")
  func widened() {
    var backoff = ReconnectBackoff()
    backoff.widen(to: .seconds(600))
    let delays = Self.delays(1, backoff, Self.latest)
    #expect(delays[0] > .seconds(598) && delays[0] <= .seconds(599))
    backoff.widen(to: .seconds(1_000_000))
    #expect(Self.delays(1, backoff, Self.latest)[0] <= .seconds(3600))
  }

  @Test("who dials in the operator's window while it is still away dials again as after a first failure")
  func tooEarly() {
    var backoff = ReconnectBackoff()
    var random = Self.latest
    for _ in 0..<10 { _ = backoff.next(using: &random) }
    backoff.widen(to: .seconds(20))
    let delays = Self.delays(4, backoff, Self.latest)
    #expect(delays[1] > .seconds(1.9) && delays[1] < .seconds(2))
    #expect(delays[2] > delays[1] && delays[3] > delays[2] && delays[3] < .seconds(6))
  }

  @Test("a time that the operator asked to wait is waited once, before the jitter")
  func hold() {
    var backoff = ReconnectBackoff()
    backoff.wait(.seconds(30))
    #expect(Self.delays(2, backoff, Self.earliest) == [.seconds(30), .zero])
  }

  @Test("after a session that lived the window is the first one again")
  func success() {
    var backoff = ReconnectBackoff()
    var random = Self.latest
    for _ in 0..<10 { _ = backoff.next(using: &random) }
    backoff.succeeded()
    #expect(Self.delays(1, backoff, Self.latest)[0] < .seconds(2))
  }
}

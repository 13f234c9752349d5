import Logging
import OpenBao
import Synchronization
import Testing

@testable import NodeAgent

@Suite("When OpenBao wants to be left alone", .timeLimit(.minutes(2)))
struct AuthorityPauseTests {
  /// The earliest moment of every window.
  private struct Earliest: RandomNumberGenerator, Sendable {
    mutating func next() -> UInt64 { 0 }
  }

  static let pauses: [(error: OpenBaoError, pause: Duration?)] = [
    (.rateLimited(seconds: 17), .seconds(17)), (.rateLimited(seconds: 3600), .seconds(3600)),
    (.rateLimited(seconds: 3 * 86_400), .seconds(3600)), (.rateLimited(seconds: Int.max), .seconds(3600)),
    (.rateLimited(seconds: -5), .zero), (.rateLimited(seconds: nil), nil), (.sealed, nil),
    (.certificateRefused(["it is for another key than ours"]), .seconds(60)), (.clockDiffers(seconds: 7200), nil),
  ]

  @Test("the next dial waits for at least that long, and for no more than an hour though it be days", arguments: pauses)
  func pause(_ error: OpenBaoError, _ pause: Duration?) {
    #expect(error.pause == pause)
    var backoff = ReconnectBackoff()
    if let pause { backoff.wait(pause) }
    var random = Earliest()
    let delays = (0..<2).map { _ in backoff.next(using: &random) }
    // It is waited once: what happens then is judged anew.
    #expect(delays == [pause ?? .zero, .zero])
  }

  @Test("the session does not ask for a certificate again before the time that OpenBao named is over")
  func session() async throws {
    let asked = Mutex<[ContinuousClock.Instant]>([])
    let session = OperatorSession(
      rules: SessionRules.scripted(ScriptedClocks()), connector: OperatorConnector { _, _ in },
      effects: .init(
        credentials: {
          asked.withLock { $0.append(ContinuousClock.now) }
          throw IdentityError.authority(.rateLimited(seconds: 2))
        },
        apply: { _ in }, publish: { _ in }, taken: { _ in }, alive: {}),
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, random: Earliest())
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await session.run() }
      for _ in 0..<1000 where asked.withLock({ $0.count }) < 2 { try await Task.sleep(for: .milliseconds(10)) }
      await session.stop()
      try await group.waitForAll()
    }
    let moments = asked.withLock { $0 }
    try #require(moments.count >= 2)
    #expect(moments[1] - moments[0] >= .seconds(2))
  }
}

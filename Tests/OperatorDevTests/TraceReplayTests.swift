import TestSupport
import Testing

@testable import OperatorDev

@Suite("What the operator says, against recorded sessions", .timeLimit(.minutes(1)))
struct TraceReplayTests {
  /// The whole trace; what the operator printed about it.
  private func replay(_ name: String) async throws -> ReplayedOperator {
    let trace = try RecordedTrace(name)
    var replayed = try await ReplayedOperator(trace)
    for index in trace.steps.indices { try await replayed.take(index) }
    await replayed.hangUp()
    let seats = await replayed.licenseOperator.state.seats
    #expect(seats.keys.sorted() == [SeatID(organisation: "org-acme", node: "worker-7")])
    // One machine, one grant, and nobody in doubt, whatever happened.
    #expect(replayed.events(.licensed).count == 1)
    for kind in [OperatorEvent.Kind.cloneSuspected, .fenced, .refused] {
      #expect(replayed.events(kind).map(\.message) == [])
    }
    return replayed
  }

  @Test(
    "configuration: deltas from what Hello named, once more in a new session where it was refused, and none besides")
  func configuration() async throws {
    let refused = try await replay("configuration").events(.configurationRefused).map(\.message)
    let words = "configuration \"fleet\": 2:1: error: Interval= is no number of seconds from 1 to 3600"
    #expect(refused == [words, words])
  }

  @Test("metrics: each report is acknowledged, also before there is a seat")
  func metrics() async throws { _ = try await replay("metrics") }

  @Test("a reboot: the seat is kept and the lease is not; the node that comes back has both, without a challenge")
  func reboot() async throws {
    let replayed = try await replay("reboot")
    #expect(replayed.events(.leaseExpired).count == 2)
    #expect(replayed.events(.leaseRestored).count == 2)
    #expect(replayed.events(.attested).count == 1)
  }
}

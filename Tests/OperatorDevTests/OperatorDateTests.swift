import LicenseProtocol
import Testing

@testable import OperatorDev

@Suite("The operator's date, where its wall clock is set back and the key server is silent", .serialized)
struct OperatorDateTests {
  private let tenDays = 10.0 * 86_400

  @Test("a wall clock that is set back extends nothing: the grace ends, and then grants and leases do")
  func setBack() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)], for: 60, grace: 30)
    let node = try FileKeyNode(fixture, "node-a")
    let end = try await node.license().notAfterNs
    fixture.clock.setWallClock(by: -tenDays)
    try await fixture.advance(30)
    #expect(try await node.beat() == 40_000)
    try await fixture.advance(31)
    #expect(fixture.events(.graceBegan).count == 1)
    let inGrace = try await node.granted()
    #expect(inGrace.entitlement == .grace)
    #expect(inGrace.notAfterNs == end)
    #expect(try await node.beat() == 29_000)
    try await fixture.advance(30)
    #expect(fixture.events(.graceEnded).count == 1)
    #expect(try await node.session.refusal().reason == .noEntitlement)
    #expect(try await node.beat() == 0)
    #expect(fixture.events(.leaseExpired).map(\.node) == ["node-a"])
    await fixture.kill()
  }

  @Test("set back while the operator is away, it extends nothing either: the date goes on from where it was saved")
  func setBackMeanwhile() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)], for: 60, grace: 30)
    await fixture.kill()
    fixture.clock.setWallClock(by: -tenDays)
    try await fixture.start()
    try await fixture.advance(59)
    #expect(fixture.events(.graceBegan).isEmpty)
    try await fixture.advance(2)
    #expect(fixture.events(.graceBegan).count == 1)
    try await fixture.advance(30)
    #expect(fixture.events(.graceEnded).count == 1)
    await fixture.kill()
  }

  @Test("a wall clock that was ahead is right again: the date goes on, and grants are renewed in time")
  func corrected() async throws {
    let fixture = try OperatorFixture { $0.grantDuration = .seconds(100) }
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)], for: 400_000)
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    fixture.clock.setWallClock(by: 7200)
    try await fixture.advance(1)
    let early = try await node.granted()
    fixture.clock.setWallClock(by: -7200)
    try await fixture.advance(30)
    #expect(try await node.beat() == 40_000)
    try await fixture.advance(21)
    // The node counts on by its own clock, and would be without a grant in another minute.
    let next = try await node.granted()
    #expect(next.issuedAtNs >= early.issuedAtNs + 50_000_000_000)
    #expect(try await node.beat() == 40_000)
    // The key server says what time it is.
    try await fixture.allow([("org-acme", included: 5, limit: 5)], for: 400)
    try await fixture.advance(1)
    #expect(try await node.granted().issuedAtNs <= fixture.clock.real)
    #expect(fixture.events(.leaseExpired).isEmpty)
    await fixture.kill()
  }
}

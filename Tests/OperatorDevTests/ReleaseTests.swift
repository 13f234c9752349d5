import Foundation
import LicenseProtocol
import TestSupport
import Testing

@testable import OperatorDev

@Suite("Release= in the consent file, and nodes that come back all the same", .serialized)
struct ReleaseTests {
  private let id = SeatID(organisation: "org-acme", node: "node-a")
  private let consent = "[Consent]\nRelease=org-acme/node-a\n"

  private func fixture() async throws -> OperatorFixture {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    return fixture
  }

  @Test("left standing, it does not free the seat that is being saved for a node")
  func takingAgain() async throws {
    let fixture = try await fixture()
    let licenseOperator = try fixture.licenseOperator
    try fixture.folder.write(consent, to: "consent.conf")
    try await fixture.advance(1)
    fixture.set(.slow)
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    try await fixture.wait { await licenseOperator.state.seats[id] != nil }
    await licenseOperator.tick()
    #expect(fixture.events(.seatReleased).isEmpty)
    #expect(try await node.granted().nodeName == "node-a")
    #expect(try await node.beat() == 40_000)
    fixture.set(.none)
    await fixture.kill()
  }

  @Test("it does not free the seat of a node whose return is being saved")
  func comingBack() async throws {
    let fixture = try await fixture()
    let licenseOperator = try fixture.licenseOperator
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    try await fixture.hangUp(node)
    try await fixture.advance(41)
    let issued = node.ratchet
    fixture.set(.slow)
    node.session = try fixture.connect(node.identity)
    node.hello()
    try await fixture.wait { await licenseOperator.state.seats[id]?.rules.ratchet.current != issued }
    try fixture.folder.write(consent, to: "consent.conf")
    await licenseOperator.tick()
    #expect(fixture.events(.seatReleased).isEmpty)
    node.welcome = try await node.session.welcome()
    node.ratchet = Array(node.welcome.ratchet)
    node.sequence = 0
    #expect(try await node.beat() == 40_000)
    fixture.set(.none)
    await fixture.kill()
  }

  @Test("a session whose seat is gone is told so, and does not wait for a lease that never comes")
  func gone() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    await (try fixture.licenseOperator).lose(id)
    try await fixture.allow([("org-acme", included: 6, limit: 6)])
    let refusal = try await node.session.refusal()
    #expect(refusal.reason == .unavailable)
    #expect(refusal.retryAfterMs == 10_000)
    #expect(try await node.session.end() == "ended")
    await fixture.kill()
  }
}

extension LicenseOperator {
  /// Forgets a seat that somebody has.
  fileprivate func lose(_ id: SeatID) { state.seats[id] = nil }
}

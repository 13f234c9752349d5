import GRPCCore
import GRPCNIOTransportHTTP2Posix
import LicenseProtocol
import TestSupport
import Testing

@testable import OperatorDev

@Suite("Operators above and below share one limit", .serialized)
struct ChainTests {
  private static func use(
    _ seats: UInt32, active: UInt32 = 0, of organisation: String = "org-below"
  ) -> Lowlayer_Keyserver_V1_OrganisationUse {
    var use = Lowlayer_Keyserver_V1_OrganisationUse()
    use.organisation = organisation
    use.seats = seats
    use.activeLeases = active
    return use
  }

  /// The operator of org-acme calls.
  private func call(_ above: LicenseOperator) throws -> UInt64 {
    guard case .admitted(let number) = above.licenseeCalls.enter("org-acme", key: [1]) else {
      throw ScriptedNode.Failure.ended("the call was refused")
    }
    return number
  }

  /// The operator of org-acme reports that many seats: how many it may have.
  private func report(_ seats: UInt32, to above: LicenseOperator) async throws -> UInt32 {
    #expect(await above.record([Self.use(seats)], of: "org-acme") == nil)
    return try await answer(above, for: seats)
  }

  private func answer(_ above: LicenseOperator, for seats: UInt32) async throws -> UInt32 {
    let answer = await above.entitlement(for: "org-acme", use: [Self.use(seats)])
    return try answer.get().organisations.map(\.nodesLimit).reduce(0, +)
  }

  private func limit(_ above: LicenseOperator) async throws -> UInt32? {
    try await above.allowance(for: "org-acme").limit
  }

  @Test(
    "a limit below what both have: who sits here goes first, below is left the rest, and the sum is the limit",
    arguments: [
      (limit: UInt32(5), below: UInt32(3), here: UInt32(3), left: UInt32(2)), (5, 4, 3, 2), (3, 3, 3, 0), (2, 3, 2, 0),
      (1, 0, 1, 0),
    ])
  func lowered(limit: UInt32, below: UInt32, here: UInt32, left: UInt32) async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let above = try fixture.licenseOperator
    try await fixture.allow([("org-acme", included: 1, limit: 10)])
    var nodes: [FileKeyNode] = []
    for name in ["node-a", "node-b", "node-c"] {
      let node = try FileKeyNode(fixture, name)
      try await node.license()
      nodes.append(node)
    }
    _ = try call(above)
    #expect(try await report(below, to: above) == 7)
    fixture.clock.advance(1)
    try await fixture.allow([("org-acme", included: 1, limit: limit)])
    // It is stable: asked again, both are told the same.
    for _ in 0..<2 {
      #expect(try await self.limit(above) == here)
      #expect(try await report(below, to: above) == left)
    }
    #expect(here + left == limit)
    for (index, node) in nodes.enumerated() {
      if index < Int(here) {
        try await node.granted()
      } else {
        #expect(try await node.session.refusal().reason == .noSeat)
      }
    }
    let new = try FileKeyNode(fixture, "node-d")
    try await new.enter()
    #expect(try await new.session.refusal().reason == .noSeat)
    await fixture.kill()
  }

  @Test("what is reported from below counts upwards, leases too; an answer that is made once more records nothing")
  func reported() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let above = try fixture.licenseOperator
    try await fixture.allow([("org-acme", included: 1, limit: 10)])
    try await FileKeyNode(fixture, "node-a").license()
    let uses = [Self.use(2, active: 1), Self.use(1, active: 1, of: "org-other")]
    #expect(await above.record(uses, of: "org-acme") == nil)
    let use = await above.use().first { $0.organisation == "org-acme" }
    #expect(use?.seats == 4)
    #expect(use?.activeLeases == 3)
    #expect(try await answer(above, for: 7) == 9)
    #expect(await above.state.downstream["org-acme"] == 3)
    await fixture.kill()
  }

  @Test("what an operator below was promised is not given away here while it is not heard of, a restart later either")
  func unheard() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    var above = try fixture.licenseOperator
    try await fixture.allow([("org-acme", included: 1, limit: 3)])
    let number = try call(above)
    #expect(try await limit(above) == 3)
    #expect(try await report(1, to: above) == 3)
    #expect(try await limit(above) == 2)
    above.licenseeCalls.leave("org-acme", number)
    #expect(try await limit(above) == 0)
    await fixture.kill()
    try await fixture.start()
    above = try fixture.licenseOperator
    #expect(try await limit(above) == 0)
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    #expect(try await node.session.refusal().reason == .noSeat)
    // It is heard of again, and has one seat still.
    _ = try call(above)
    #expect(try await limit(above) == 0)
    #expect(try await report(1, to: above) == 3)
    try await fixture.advance(1)
    try await node.granted()
    await fixture.kill()
  }

  @Test("a promise ends with the grace of the answer that it was made in")
  func promiseEnds() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let above = try fixture.licenseOperator
    try await fixture.allow([("org-acme", included: 1, limit: 3)], for: 10, grace: 10)
    let number = try call(above)
    #expect(try await report(1, to: above) == 3)
    above.licenseeCalls.leave("org-acme", number)
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    #expect(try await node.session.refusal().reason == .noSeat)
    try await fixture.advance(1)
    fixture.clock.advance(14)
    try await fixture.allow([("org-acme", included: 1, limit: 3)])
    #expect(try await limit(above) == 0)
    try await fixture.advance(6)
    try await node.granted()
    #expect(try await limit(above) == 2)
    await fixture.kill()
  }

  @Test("an operator below that does not come back is forgotten where the consent file says so, once it has no call")
  func releaseBelow() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let above = try fixture.licenseOperator
    try await fixture.allow([("org-acme", included: 1, limit: 2)])
    let number = try call(above)
    #expect(try await report(2, to: above) == 2)
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    #expect(try await node.session.refusal().reason == .noSeat)
    try await fixture.change { try $0.write("[Consent]\nReleaseBelow=org-acme\n", to: "consent.conf") }
    try await fixture.advance(1)
    #expect(await above.state.downstream["org-acme"] == 2)
    above.licenseeCalls.leave("org-acme", number)
    try await fixture.advance(1)
    try await node.granted()
    #expect(await above.state.downstream["org-acme"] == nil)
    #expect(await above.state.promised["org-acme"] == nil)
    #expect(fixture.events(.seatReleased).map(\.organisation) == ["org-acme"])
    await fixture.kill()
  }

  @Test("a licensee has one call: the newest of one operator, and no other operator's")
  func calls() {
    let calls = LicenseeCalls()
    #expect(calls.enter("org-acme", key: [1]) == .admitted(1))
    #expect(calls.report("org-acme", 1, key: [1]) == .taken)
    calls.noteReport(of: "org-acme")
    #expect(calls.isReporting("org-acme"))
    #expect(calls.enter("org-acme", key: [2]) == .refused(isNews: true))
    #expect(calls.enter("org-acme", key: [2]) == .refused(isNews: false))
    #expect(calls.enter("org-other", key: [2]) == .admitted(2))
    #expect(calls.enter("org-acme", key: [1]) == .admitted(3))
    // What the older one reported may be old.
    #expect(!calls.isReporting("org-acme"))
    calls.leave("org-acme", 1)
    #expect(calls.isOpen("org-acme"))
    calls.leave("org-acme", 3)
    #expect(!calls.isOpen("org-acme"))
    #expect(calls.enter("org-acme", key: [2]) == .admitted(4))
    #expect(calls.report("org-acme", 3, key: [1]) == .displaced)
    // Two with one key.
    #expect(calls.enter("org-acme", key: [2]) == .admitted(5))
    #expect(calls.report("org-acme", 5, key: [2]) == .taken)
    #expect(calls.report("org-acme", 4, key: [2]) == .ofTwo(isNews: true))
    #expect(calls.report("org-acme", 4, key: [2]) == .ofTwo(isNews: false))
    calls.leave("org-acme", 5)
    #expect(calls.report("org-acme", 4, key: [2]) == .taken)
    #expect(calls.isOpen("org-acme"))
  }

  /// An operator above whose own entitlement names org-acme.
  private func above() async throws -> OperatorFixture {
    let above = try OperatorFixture()
    try await above.start()
    try await above.allow([("org-acme", included: 1, limit: 3)])
    return above
  }

  /// An operator below it that shows this certificate.
  private func below(_ above: OperatorFixture, as certificate: TestAuthority.Issued) async throws -> OperatorFixture {
    let upstream = try above.upstream(as: certificate)
    let below = try OperatorFixture(sharing: above) { $0.keyServer = upstream }
    try await below.start()
    return below
  }

  private func hasEntitlement(_ fixture: OperatorFixture) async throws -> Bool {
    await (try fixture.licenseOperator).cache.entitlement != nil
  }

  @Test("a second operator of one organisation gets nothing while the first one's call is open, and that is said once")
  func secondOperator() async throws {
    let above = try await above()
    let first = try await below(above, as: try above.acme.issue("ll-operator"))
    try await first.wait { try await hasEntitlement(first) }
    #expect(try await hasEntitlement(first))
    let second = try await below(above, as: try above.acme.issue("ll-operator"))
    try await second.wait { !second.events(.keyServerLost).isEmpty }
    let said = second.events(.keyServerLost).map(\.message)
    #expect(said.first?.contains("another operator of org-acme has its entitlement") == true, "\(said)")
    #expect(try await !hasEntitlement(second))
    // It tries again and again.
    try await Task.sleep(for: .seconds(1))
    #expect(above.events(.secondCall).map(\.organisation) == ["org-acme"])
    await first.kill()
    try await second.wait { try await hasEntitlement(second) }
    #expect(try await hasEntitlement(second))
    await second.kill()
    await above.kill()
  }

  @Test("two operators with one key are both answered, for one that called again looks the same; it is said")
  func calledAgain() async throws {
    let above = try await above()
    let certificate = try above.acme.issue("ll-operator")
    let older = try await below(above, as: certificate)
    try await older.wait { try await hasEntitlement(older) }
    let newer = try await below(above, as: certificate)
    try await newer.wait { try await hasEntitlement(newer) }
    #expect(try await hasEntitlement(newer))
    #expect(above.events(.secondCall).isEmpty)
    // It reports again as soon as its seats are others.
    try await (try FileKeyNode(older, "node-a")).license()
    try await above.wait { !above.events(.secondCall).isEmpty }
    let said = above.events(.secondCall).map(\.message)
    #expect(said.count == 1 && said.first?.hasPrefix("Two operators of org-acme have the same key") == true, "\(said)")
    #expect(older.events(.keyServerLost).isEmpty)
    #expect(newer.events(.keyServerLost).isEmpty)
    await older.kill()
    await newer.kill()
    await above.kill()
  }

  @Test("a key server that goes away ends its calls and says why, instead of waiting for them for ever")
  func goingAway() async throws {
    let above = try await above()
    let organisations = OrganisationsBook(folder: above.settings.organisations)
    _ = try organisations.reload()
    let transport = try HTTP2ServerTransport.Posix.licensed(
      listen: HostPort(host: "127.0.0.1", port: 0),
      identity: try ServerIdentity(certificate: above.settings.certificate, key: above.settings.key),
      organisations: organisations, clock: above.clock.clock, emit: { _ in })
    let service = KeyServerService(
      source: try above.licenseOperator, organisations: organisations,
      signingKey: try SigningKey(file: above.settings.grantKey), operatorName: "ll-operator",
      reportInterval: .seconds(60), clock: above.clock.clock, emit: { _ in })
    let server = GRPCServer(transport: transport, services: [service])
    let task = Task { do { try await server.serve() } catch {} }
    let port = try await transport.listeningAddress.ipv4?.port ?? 0
    var upstream = try above.upstream(as: try above.acme.issue("ll-operator"))
    upstream.addresses = [HostPort(host: "127.0.0.1", port: port)]
    let settings = upstream
    let below = try OperatorFixture(sharing: above) { $0.keyServer = settings }
    try await below.start()
    try await below.wait { try await hasEntitlement(below) }
    server.beginGracefulShutdown()
    try await below.wait { !below.events(.keyServerLost).isEmpty }
    let said = below.events(.keyServerLost).map(\.message)
    #expect(said.first?.contains("the key server is going away") == true, "\(said)")
    await below.kill()
    task.cancel()
    await task.value
    await above.kill()
  }
}

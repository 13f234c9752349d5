import Crypto
import Diagnostics
import Foundation
import LicenseProtocol
import TestSupport
import Testing

@testable import OperatorDev

@Suite("Operators ask their key server, and chain", .serialized)
struct KeyServerTests {
  /// Waits until something holds; the key server's answers come by real network and real time.
  private func until(_ what: String, _ holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      if try await holds() { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("not within a minute: \(what)")
  }

  private struct KeyServer {
    let double: KeyServerDouble
    let task: Task<Void, Never>
    let port: Int
    let folder: TemporaryFolder
    let authority: TestAuthority

    func stop() async {
      task.cancel()
      await task.value
    }
  }

  private func keyServer(
    licensee: TestAuthority, clock: TestClock, beside other: KeyServer? = nil, _ entitlements: String
  ) async throws -> KeyServer {
    let folder = try TemporaryFolder()
    let authority = try other?.authority ?? TestAuthority("vendor")
    let serving = try authority.issue("keys.low-layer.example")
    try folder.write(try licensee.pem, to: "licensees/a.pem")
    try folder.write(try authority.pem, to: "anchor.pem")
    func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }
    let settings = KeyServerDouble.Settings(
      listen: HostPort(host: "127.0.0.1", port: 0),
      certificate: try folder.write(try serving.certificatePEM, to: "s.pem").path,
      key: try folder.write(serving.keyPEM, to: "s.key").path, licensees: path("licensees"),
      entitlements: try folder.write(entitlements, to: "entitlements.conf").path, signingKey: path("signing.key"))
    let double = try KeyServerDouble(settings, clock: clock.clock) { _ in }
    #expect(try !double.reload().hasErrors)
    let task = Task { do { try await double.run() } catch {} }
    return KeyServer(double: double, task: task, port: try await double.port, folder: folder, authority: authority)
  }

  private func settings(_ server: KeyServer) -> KeyServerSettings {
    var settings = KeyServerSettings(
      addresses: [HostPort(host: "127.0.0.1", port: server.port)],
      anchor: server.folder.url.appendingPathComponent("anchor.pem").path,
      signingKey: server.folder.url.appendingPathComponent("signing.key.pub").path)
    settings.serverName = "keys.low-layer.example"
    return settings
  }

  @Test("two levels: the operator below gives no more seats than are left above, and the key server knows of all")
  func chain() async throws {
    // Above: licensed as `platform` by the key server. Below: licensed as `org-acme` by the operator above.
    let fixtureAbove = try OperatorFixture()
    let server = try await keyServer(
      licensee: fixtureAbove.platform, clock: fixtureAbove.clock,
      "[Licensee]\nName=platform\nMode=enterprise\nOrganisation=org-acme 1 3\nLifetime=600\nGrace=600\n")
    let above = try OperatorFixture(sharing: fixtureAbove) { $0.keyServer = settings(server) }
    try await above.start()
    try await until("the entitlement above") {
      await (try above.licenseOperator).cache.entitlement?.mode == .enterprise
    }
    let own = try FileKeyNode(above, "node-a")
    #expect(try await own.license().mode == .enterprise)

    let certificate = try above.acme.issue("ll-operator")
    let upstream = try above.upstream(as: certificate)
    let below = try OperatorFixture { $0.keyServer = upstream }
    try await below.start()
    try await until("the entitlement below") {
      await (try below.licenseOperator).cache.entitlement?.organisations.isEmpty == false
    }
    // Three are allowed, one is taken above: what is left is shared out below, between its two issuers.
    let shared = await (try below.licenseOperator).cache.entitlement?.organisations ?? []
    #expect(shared.map(\.nodesLimit).reduce(0, +) == 2)
    try await FileKeyNode(below, "node-x").license()
    try await until("the report of the seat below") {
      await (try above.licenseOperator).state.downstream["org-acme"] == 1
    }
    try await until("the report at the key server") { server.double.reportedSeats(of: "platform") == 2 }
    // Above, one seat of the three is left.
    try await FileKeyNode(above, "node-b").license()
    let last = try FileKeyNode(above, "node-c")
    try await last.enter()
    #expect(try await last.session.refusal().reason == .noSeat)
    await below.kill()
    await above.kill()
    await server.stop()
  }

  @Test("above is in its grace: the operator below is too, a new one as well; changes reach it, and a revoked one none")
  func chainInGrace() async throws {
    let above = try OperatorFixture()
    try await above.start()
    try await above.allow([("org-acme", included: 1, limit: 3)], for: 60, grace: 86_400)
    try await above.advance(61)
    #expect(above.events(.graceBegan).count == 1)
    let certificate = try above.acme.issue("ll-operator")
    let below = try OperatorFixture(sharing: above) { $0.keyServer = try? above.upstream(as: certificate) }
    try await below.start()
    func limits() async throws -> UInt32 {
      await (try below.licenseOperator).cache.entitlement?.organisations.map(\.nodesLimit).reduce(0, +) ?? 0
    }
    try await until("the entitlement below") { try await limits() == 3 }
    #expect(try await FileKeyNode(below, "node-x").license().entitlement == .grace)
    try await FileKeyNode(above, "node-a").license()
    try await until("a seat less below") { try await limits() == 2 }
    try above.folder.write("org-acme \(certificate.serial)\n", to: "organisations/acme.revoked")
    try await above.advance(1)
    try await until("it is told nothing any more") { !below.events(.keyServerLost).isEmpty }
    #expect(below.events(.keyServerLost).first?.message.contains("on the operator's list of revoked ones") == true)
    await below.kill()
    await above.kill()
  }

  @Test("the key server is gone: what was allowed is granted on, in grace, also after a restart")
  func gone() async throws {
    let shared = try OperatorFixture()
    let server = try await keyServer(
      licensee: shared.platform, clock: shared.clock,
      "[Licensee]\nName=platform\nMode=platform\nOrganisation=org-acme 5 unlimited\nLifetime=60\nGrace=600\n")
    let fixture = try OperatorFixture(sharing: shared) { $0.keyServer = settings(server) }
    try await fixture.start()
    try await until("an entitlement") { await (try fixture.licenseOperator).cache.entitlement != nil }
    await server.stop()
    try await until("the loss is said") { !fixture.events(.keyServerLost).isEmpty }
    await fixture.kill()
    fixture.clock.advance(61)
    try await fixture.start()
    let node = try FileKeyNode(fixture, "node-a")
    let grant = try await node.license()
    #expect(grant.entitlement == .grace)
    #expect(grant.seatsLimit == 0)
    try await fixture.advance(700)
    let late = try FileKeyNode(fixture, "node-b")
    try await late.enter()
    #expect(try await late.session.refusal().reason == .noEntitlement)
    await fixture.kill()
  }

  @Test(
    "of two addresses the second is asked where the first refuses, or is not believed",
    arguments: [
      ("somebody-else", "platform is no licensee of this key server"), ("platform", "its answer is not believed"),
    ])
  func secondAddress(licensee: String, why: String) async throws {
    let shared = try OperatorFixture()
    func entitlements(_ name: String) -> String {
      "[Licensee]\nName=\(name)\nMode=platform\nOrganisation=org-acme 1 2\n"
    }
    let good = try await keyServer(licensee: shared.platform, clock: shared.clock, entitlements("platform"))
    // It signs with a key of its own.
    let bad = try await keyServer(
      licensee: shared.platform, clock: shared.clock, beside: good, entitlements(licensee))
    var both = settings(good)
    both.addresses.insert(HostPort(host: "127.0.0.1", port: bad.port), at: 0)
    let fixture = try OperatorFixture(sharing: shared) { $0.keyServer = both }
    try await fixture.start()
    try await until("an entitlement") { await (try fixture.licenseOperator).cache.entitlement != nil }
    let said = fixture.events(.keyServerLost).map(\.message)
    #expect(said.count == 1)
    #expect(said.first?.contains(why) == true, "\(said)")
    await fixture.kill()
    await good.stop()
    await bad.stop()
  }

  @Test("an answer that crossed a newer report is dropped without a word; one to another stream's report is a fault")
  func crossed() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let licenseOperator = try fixture.licenseOperator
    func answer(_ report: Lowlayer_Keyserver_V1_OperatorReport) throws -> Lowlayer_Keyserver_V1_EntitlementUpdate {
      var entitlement = Lowlayer_Keyserver_V1_Entitlement()
      entitlement.licensee = "platform"
      entitlement.mode = .platform
      entitlement.protocol = 1
      entitlement.issuedAtNs = fixture.clock.real
      entitlement.notAfterNs = fixture.clock.real + 1_000_000_000
      entitlement.graceUntilNs = entitlement.notAfterNs
      entitlement.nonce = report.nonce
      return try EntitlementSignature.sign(entitlement, with: fixture.keyServerKey)
    }
    await licenseOperator.beginReports()
    let earlier = await licenseOperator.report()
    let newest = await licenseOperator.report()
    #expect(try await licenseOperator.received(answer(earlier)))
    #expect(await licenseOperator.cache.entitlement == nil)
    #expect(fixture.events(.keyServerLost).isEmpty)
    #expect(try await licenseOperator.received(answer(newest)))
    #expect(await licenseOperator.cache.entitlement?.nonce == newest.nonce)
    await licenseOperator.beginReports()
    _ = await licenseOperator.report()
    #expect(try await !licenseOperator.received(answer(newest)))
    #expect(fixture.events(.keyServerLost).count == 1)
    await fixture.kill()
  }

  @Test("an entitlement that is short is renewed while the key server is there: no grace")
  func short() async throws {
    let shared = try OperatorFixture()
    let server = try await keyServer(
      licensee: shared.platform, clock: shared.clock,
      "[Licensee]\nName=platform\nMode=platform\nOrganisation=org-acme 1 1\nLifetime=3\nGrace=600\n")
    let fixture = try OperatorFixture(sharing: shared) { $0.keyServer = settings(server) }
    try await fixture.start()
    try await until("an entitlement") { await (try fixture.licenseOperator).cache.entitlement != nil }
    let first = await (try fixture.licenseOperator).cache.entitlement?.issuedAtNs ?? 0
    fixture.clock.advance(2)
    let began = ContinuousClock.now
    try await until("another") { (await (try fixture.licenseOperator).cache.entitlement?.issuedAtNs ?? 0) > first }
    // The interval that is asked for where entitlements are long would have been a minute.
    #expect(ContinuousClock.now - began < .seconds(30))
    #expect(fixture.events(.graceBegan).isEmpty)
    await fixture.kill()
    await server.stop()
  }

  @Test("an entitlement that somebody else signed, for another report or another licensee is not believed")
  func forged() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let licenseOperator = try fixture.licenseOperator
    var good = Lowlayer_Keyserver_V1_Entitlement()
    good.licensee = "platform"
    good.mode = .platform
    good.protocol = 1
    good.issuedAtNs = fixture.clock.real
    good.notAfterNs = fixture.clock.real + 1_000_000_000
    good.graceUntilNs = good.notAfterNs
    good.nonce = await licenseOperator.report().nonce
    var others: [Lowlayer_Keyserver_V1_EntitlementUpdate] = []
    others.append(try EntitlementSignature.sign(good, with: .init()))
    var stale = good
    stale.nonce = Data(repeating: 1, count: 32)
    others.append(try EntitlementSignature.sign(stale, with: fixture.keyServerKey))
    var foreign = good
    foreign.licensee = "org-acme"
    others.append(try EntitlementSignature.sign(foreign, with: fixture.keyServerKey))
    for update in others {
      await licenseOperator.received(update)
      #expect(await licenseOperator.cache.entitlement == nil)
    }
    await licenseOperator.received(try EntitlementSignature.sign(good, with: fixture.keyServerKey))
    #expect(await licenseOperator.cache.entitlement != nil)
    await fixture.kill()
  }

  @Test("a key server that was ahead and is right again: until when it is not believed is said, whatever was before")
  func clockSetBack() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let licenseOperator = try fixture.licenseOperator
    try await fixture.allow([("org-acme", included: 5, limit: 5)], ahead: 7200)
    let held = ServerTime(nanoseconds: fixture.clock.real) + .seconds(7200)
    // Whoever sets its clock right restarts it.
    for _ in 0..<2 { await licenseOperator.keyServerLost(.unreachable, "Connection refused") }
    fixture.clock.advance(60)
    let issued = ServerTime(nanoseconds: fixture.clock.real)
    for _ in 0..<3 { try await fixture.allow([("org-acme", included: 9, limit: 9)]) }
    #expect(await licenseOperator.cache.entitlement?.organisations.map(\.nodesLimit) == [5])
    let said = fixture.events(.keyServerLost).map(\.message)
    #expect(said.count == 2)
    #expect(said.first?.contains("Connection refused") == true)
    let why = "it was issued at \(issued.words), before the one that is held, of \(held.words): "
    #expect(
      said.last?.hasPrefix("The key server gave no entitlement: its answer is not believed: \(why)") == true, "\(said)")
    let until = "believed again once that clock is past \(held.words). The entitlement is current until "
    #expect(said.last?.contains(until) == true, "\(said)")
    // What is held goes on meanwhile.
    try await FileKeyNode(fixture, "node-a").license()
    fixture.clock.advance(7200)
    try await fixture.allow([("org-acme", included: 9, limit: 9)])
    #expect(await licenseOperator.cache.entitlement?.organisations.map(\.nodesLimit) == [9])
    await licenseOperator.keyServerLost(.unreachable, "Connection refused")
    #expect(fixture.events(.keyServerLost).count == 3)
    await fixture.kill()
  }

  @Test(
    "what is shared out below never exceeds what is left",
    arguments: [
      (limit: UInt32(10), taken: UInt32(0), seats: [UInt32(0)], limits: [UInt32(10)]),
      (10, 4, [0], [6]), (10, 4, [3, 0], [5, 1]), (3, 0, [0, 0], [2, 1]), (2, 2, [0], []), (2, 0, [3], [2]),
      (3, 3, [2, 2], []), (5, 0, [2, 2, 0], [3, 2]),
    ])
  func share(limit: UInt32, taken: UInt32, seats: [UInt32], limits: [UInt32]) {
    let use = seats.enumerated().map { index, seats -> Lowlayer_Keyserver_V1_OrganisationUse in
      var use = Lowlayer_Keyserver_V1_OrganisationUse()
      use.organisation = "org-\(index)"
      use.seats = seats
      return use
    }
    let shared = LicenseOperator.share(
      SeatAllowance(mode: .platform, included: 1, limit: limit), taken: taken, among: use)
    #expect(shared.map(\.nodesLimit) == limits)
    #expect(shared.map(\.nodesLimit).reduce(0, +) <= limit - min(limit, taken))
    #expect(shared.map(\.nodesIncluded).reduce(0, +) <= 1)
  }

  @Test("absurd numbers are shared out like any others")
  func shareAbsurd() {
    share(limit: 5, taken: 0, seats: [.max, 1], limits: [5])
    share(limit: .max, taken: 0, seats: [0, 0], limits: [1 << 31, (1 << 31) - 1])
  }

  @Test("an operator below that claims more seats than a number holds stops nothing above it")
  func absurdReport() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    try await FileKeyNode(fixture, "node-a").license()
    let licenseOperator = try fixture.licenseOperator
    var use = Lowlayer_Keyserver_V1_OrganisationUse()
    (use.organisation, use.seats) = ("org-below", .max)
    for claimed in [[use], [use, use]] {
      #expect(await licenseOperator.record(claimed, of: "org-acme") == nil)
      let answer = await licenseOperator.entitlement(for: "org-acme", use: claimed)
      #expect(try answer.get().organisations.map(\.nodesLimit).reduce(0, +) <= 4)
      #expect(await licenseOperator.use().first { $0.organisation == "org-acme" }?.seats == .max)
    }
    await fixture.kill()
  }
}

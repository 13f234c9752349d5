import Foundation
import LicenseProtocol
import TestSupport
import Testing

@testable import OperatorDev

@Suite("Modes, seats that are included, limits and grace", .serialized)
struct EntitlementTests {
  /// What one row of the table allows, and what comes of three nodes.
  struct Row: Sendable {
    var mode: Lowlayer_Keyserver_V1_Mode
    var included: UInt32
    var limit: UInt32
    /// Which of the three get a grant; the others' reason.
    var granted: Int
    var reason: Lowlayer_Agent_V1_Reason?
    /// What is billed once they are in.
    var billed: Int
    /// What the status says of the organisation.
    var status: String
  }

  static let rows: [Row] = [
    Row(
      mode: .platform, included: 3, limit: 3, granted: 3, reason: nil, billed: 0,
      status: "org-acme: 3 seats, 3 active leases (3 included, at most 3)"),
    Row(
      mode: .enterprise, included: 1, limit: 3, granted: 3, reason: nil, billed: 2,
      status: "org-acme: 3 seats, 3 active leases (1 included, at most 3, 2 billed)"),
    Row(
      mode: .enterprise, included: 0, limit: 0, granted: 3, reason: nil, billed: 3,
      status: "org-acme: 3 seats, 3 active leases (0 included, no limit, 3 billed)"),
    Row(
      mode: .platform, included: 1, limit: 2, granted: 2, reason: .noSeat, billed: 1,
      status: "org-acme: 2 seats, 2 active leases (1 included, at most 2, 1 billed)"),
    Row(mode: .native, included: 3, limit: 3, granted: 0, reason: .nativeMode, billed: 0, status: ""),
  ]

  @Test("above what is included is billed, above the limit is refused, no limit is no limit", arguments: rows)
  func seats(_ row: Row) async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: row.included, limit: row.limit)], mode: row.mode)
    for number in 0..<3 {
      let node = try FileKeyNode(fixture, "node-\(number)")
      try await node.enter()
      if number < row.granted {
        let grant = try await node.granted()
        #expect(grant.mode == (row.mode == .platform ? .platform : .enterprise))
        #expect(grant.seatsIncluded == row.included)
        #expect(grant.seatsLimit == row.limit)
        #expect(grant.seatsUsed == UInt32(number + 1))
        #expect(try await node.beat() == 40_000)
      } else {
        let refusal = try await node.session.refusal()
        #expect(refusal.reason == row.reason)
        #expect(refusal.retryAfterMs == 0)
        #expect(try await node.beat() == 0)
      }
    }
    try await fixture.advance(1)
    // What the key server bills by is what is reported.
    let use = await (try fixture.licenseOperator).use().first { $0.organisation == "org-acme" }
    #expect(use?.seats == UInt32(row.granted))
    #expect(use?.activeLeases == UInt32(row.granted))
    func isSaid(_ status: OperatorStatus) -> Bool {
      row.status.isEmpty || status.table.split(separator: "\n").contains(row.status[...])
    }
    let status = try await fixture.status(isSaid)
    #expect(isSaid(status), "\(status.table)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(status.json)) as? [String: Any])
    let organisations = json["organisations"] as? [[String: Any]]
    #expect(organisations?.first?["billed"] as? Int ?? 0 == row.billed)
    await fixture.kill()
  }

  @Test("a limit that is lowered takes from who came last; raised again, everybody is granted at once")
  func lowered() async throws {
    let fixture = try OperatorFixture { $0.grantDuration = .seconds(100) }
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 1, limit: 2)])
    let first = try FileKeyNode(fixture, "node-a")
    let second = try FileKeyNode(fixture, "node-b")
    try await first.license()
    try await second.license()
    fixture.clock.advance(1)
    try await fixture.allow([("org-acme", included: 1, limit: 1)])
    #expect(try await first.granted().seatsLimit == 1)
    let refusal = try await second.session.refusal()
    #expect(refusal.reason == .noSeat)
    // What it was granted before holds until its end.
    #expect(try await second.beat() == 40_000)
    fixture.clock.advance(1)
    try await fixture.allow([("org-acme", included: 1, limit: 2)])
    #expect(try await first.granted().seatsLimit == 2)
    #expect(try await second.granted().seatsUsed == 2)
    await fixture.kill()
  }

  @Test("an organisation that the entitlement does not name may run nothing, and is granted as soon as it is named")
  func unnamed() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-other", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    let refusal = try await node.session.refusal()
    #expect(refusal.reason == .noEntitlement)
    #expect(
      refusal.message
        == "Organisation org-acme may run no nodes now: the key server's entitlement does not name it.")
    fixture.clock.advance(1)
    try await fixture.allow([("org-acme", included: 1, limit: 1)])
    #expect(try await node.granted().nodeName == "node-a")
    await fixture.kill()
  }

  @Test("from platform to native: nothing is granted any more, and nobody is tainted for it")
  func toNative() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    fixture.clock.advance(1)
    try await fixture.allow([("org-acme", included: 5, limit: 5)], mode: .native)
    #expect(try await node.session.refusal().reason == .nativeMode)
    await node.session.close()
    try await fixture.advance(300)
    try await fixture.advance(1)
    #expect(fixture.events(.leaseExpired).isEmpty)
    await fixture.kill()
  }

  @Test("from platform to native: a taint that was there goes, and the brake holds nobody any more; each is said once")
  func untaintedByNative() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    var nodes: [FileKeyNode] = []
    for number in 0..<5 {
      let node = try FileKeyNode(fixture, "node-\(number)")
      try await node.license()
      nodes.append(node)
    }
    for node in nodes[..<2] { try await fixture.hangUp(node) }
    try await fixture.advance(35)
    for node in nodes[2...] { try await node.beat() }
    try await fixture.advance(6)
    #expect(fixture.events(.leaseExpired).map(\.node).sorted() == ["node-0", "node-1"])
    for node in nodes[2...] { try await fixture.hangUp(node) }
    try await fixture.advance(41)
    #expect(fixture.events(.massExpiryBraked).count == 1)
    try await fixture.allow([("org-acme", included: 5, limit: 5)], mode: .native)
    try await fixture.advance(1)
    try await fixture.advance(1)
    #expect(fixture.events(.leaseRestored).map(\.node).sorted() == ["node-0", "node-1"])
    #expect(
      fixture.events(.massExpiryReleased).map(\.message) == [
        "Mode native: the 3 nodes that the brake held are not tainted."
      ])
    #expect(fixture.events(.leaseExpired).count == 2)
    let status = try await fixture.status { !$0.table.contains("tainted") }
    #expect(!status.table.contains("tainted"), "\(status.table)")
    await fixture.kill()
  }
}

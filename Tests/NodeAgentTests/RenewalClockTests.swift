import Foundation
import LicenseProtocol
import Testing

@testable import NodeAgent

@Suite("Certificates and a wall clock that is set")
struct RenewalClockTests {
  private static let hour: Int64 = 3600
  /// Half of a day, a tenth less and a tenth more, and a minute for who looks.
  private static let half = (least: Int64(38_880), most: Int64(47_580))

  /// A node that has just been enrolled.
  private func node() async throws -> RenewingNode {
    let node = try RenewingNode()
    #expect(await node.dial() == nil)
    #expect(node.issuer.signed == 1)
    return node
  }

  @Test("by right clocks it is renewed once in half of its life, and not sooner")
  func undisturbed() async throws {
    let node = try await node()
    try await node.live(Self.half.least - 1)
    #expect(node.issuer.signed == 1)
    try await node.live(Self.half.most - node.age)
    #expect(node.issuer.signed == 2)
    try await node.live(10 * ScriptedIssuer.life - node.age)
    #expect((18...24).contains(node.issuer.signed), "\(node.issuer.signed)")
    #expect(node.faults.isEmpty)
  }

  @Test(
    "hours forward, beyond half of its life: one request, not one after the other; and none for setting it right",
    arguments: [8, 13, 17] as [Int64])
  func forward(hours: Int64) async throws {
    let node = try await node()
    try await node.live(6 * Self.hour)
    #expect(node.issuer.signed == 1)
    node.clocks.jumpWall(.seconds(hours * Self.hour))
    try await node.live(Self.hour)
    #expect(node.issuer.signed == 2)
    // An eighth of a life passes at the least before the next, however much the clock is ahead.
    try await node.live(Self.hour + Self.hour / 2)
    #expect(node.issuer.signed == 2)
    node.clocks.jumpWall(.seconds(-hours * Self.hour))
    try await node.live(Self.hour / 4)
    #expect(node.issuer.signed == 2)
    #expect(try await node.shownSince != nil)
    #expect(node.faults.isEmpty)
  }

  @Test("a wall clock that stays ahead makes renewals more frequent, but no storm, and none is lost")
  func aheadForLong() async throws {
    let node = try await node()
    node.clocks.jumpWall(.seconds(20 * Self.hour))
    try await node.live(2 * ScriptedIssuer.life)
    // Eight in a life are the most.
    #expect((3...18).contains(node.issuer.signed), "\(node.issuer.signed)")
    #expect(try await node.shownSince != nil)
  }

  @Test("beyond its end: it is asked once, and not with every dial; set right, the old one is still there")
  func beyondEnd() async throws {
    let node = try await node()
    let first = try await node.shownSince
    node.clocks.jumpWall(.seconds(3 * ScriptedIssuer.life))
    // The agent does not renew what it cannot show.
    try await node.live(Self.hour)
    #expect(node.issuer.signed == 1)
    for _ in 0..<50 {
      let fault = await node.dial()
      #expect(fault?.hasSuffix("expired 2 days before it came: is this node's clock fast?") == true, "\(fault ?? "")")
      node.pass(60)
    }
    #expect(node.issuer.signed == 2)
    node.clocks.jumpWall(.seconds(-3 * ScriptedIssuer.life))
    #expect(await node.dial() == nil)
    #expect(node.issuer.signed == 2)
    #expect(try await node.shownSince == first)
  }

  @Test("hours back: it is due at half of its life by the boot clock, asked for once, said, and renewed when set right")
  func back() async throws {
    let node = try await node()
    let first = try #require(try await node.shownSince)
    try await node.live(3 * Self.hour)
    node.clocks.jumpWall(.seconds(-2 * Self.hour))
    while node.issuer.signed == 1, node.age < ScriptedIssuer.life { try await node.live(600) }
    #expect((Self.half.least...(Self.half.most + 600)).contains(node.age), "\(node.age)")
    // What is issued now begins in this node's future.
    try await node.live(2400)
    #expect(node.issuer.signed == 2)
    #expect(node.faults.count > 30)
    #expect(node.faults.allSatisfy { $0.hasSuffix(": is this node's clock slow?") }, "\(node.faults)")
    #expect(try await node.shownSince == first)
    node.clocks.jumpWall(.seconds(2 * Self.hour))
    try await node.live(300)
    #expect(node.issuer.signed == 3)
    let renewed = try #require(try await node.shownSince)
    #expect(renewed > first + Self.half.least)
  }

  @Test("a wall clock that nobody sets right: it is tried again each hour, for it may have been the issuer's")
  func backForLong() async throws {
    let node = try await node()
    node.pass(3 * Self.hour)
    node.clocks.jumpWall(.seconds(-2 * Self.hour))
    try await node.live(Self.half.most + 5 * Self.hour - node.age)
    // Five hours, and at most what half a life's jitter adds.
    #expect((6...10).contains(node.issuer.signed), "\(node.issuer.signed)")
  }

  @Test("back before its beginning: it is said that the clock is slow, asked once, and set right the old one is shown")
  func beforeBeginning() async throws {
    let node = try await node()
    let first = try await node.shownSince
    node.pass(Self.hour)
    node.clocks.jumpWall(.seconds(-5 * Self.hour))
    try await node.live(Self.hour)
    #expect(node.issuer.signed == 1)
    for _ in 0..<50 {
      let fault = await node.dial()
      #expect(fault?.hasSuffix("is this node's clock slow?") == true, "\(fault ?? "")")
      node.pass(60)
    }
    #expect(node.issuer.signed == 2)
    node.clocks.jumpWall(.seconds(5 * Self.hour))
    #expect(await node.dial() == nil)
    #expect(node.issuer.signed == 2)
    #expect(try await node.shownSince == first)
  }

  @Test("off for a month: the session has one issued, and nobody another")
  func month() async throws {
    let node = try await node()
    let first = try #require(try await node.shownSince)
    try node.switchOff(for: 30 * ScriptedIssuer.life)
    try await node.live(300)
    #expect(node.issuer.signed == 1)
    #expect(await node.dial() == nil)
    #expect(await node.dial() == nil)
    try await node.live(Self.half.least - 300)
    #expect(node.issuer.signed == 2)
    let issued = try #require(try await node.shownSince)
    #expect(issued > first + 29 * ScriptedIssuer.life)
  }

  @Test("off for half of its life: it is due at once, though the boot clock has just begun")
  func night() async throws {
    let node = try await node()
    try node.switchOff(for: 14 * Self.hour)
    try await node.live(60)
    #expect(node.issuer.signed == 2)
    #expect(node.faults.isEmpty)
  }

  @Test("clocks that drift or are read one after the other were not set; a clock that is put right by a minute was")
  func reading() {
    let clocks = ScriptedClocks()
    let earlier = ClockReading(clocks.clock())
    clocks.advance(.seconds(86_400))
    for (jump, isSet) in [(0, false), (5, false), (-5, false), (60, true), (-60, true), (-90_000, true)] {
      clocks.jumpWall(.seconds(jump))
      #expect(ClockReading(clocks.clock()).isSet(since: earlier) == isSet, "\(jump) s")
      clocks.jumpWall(.seconds(-jump))
    }
  }
}

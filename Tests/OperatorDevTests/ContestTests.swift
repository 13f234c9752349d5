import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf
import TestSupport
import Testing

@testable import OperatorDev

@Suite("A seat in doubt, and what else happens meanwhile", .serialized)
struct ContestTests {
  private let never = [UInt8](repeating: 7, count: 32)
  private let seat = SeatID(organisation: "org-acme", node: "node-a")

  private func fixture(_ change: (inout OperatorSettings) -> Void = { _ in }) async throws -> OperatorFixture {
    let fixture = try OperatorFixture(change)
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    return fixture
  }

  /// A machine with the node's key, and a ratchet value that was never issued; it has been welcomed.
  private func copy(of node: FileKeyNode) async throws -> FileKeyNode {
    let copy = try FileKeyNode(node.fixture, "node-a", keyOf: node)
    copy.ratchet = never
    copy.hello()
    copy.welcome = try await copy.session.welcome()
    copy.ratchet = Array(copy.welcome.ratchet)
    return copy
  }

  private func offerNext(_ node: FileKeyNode, _ key: [UInt8]) {
    node.session.send(
      .attestationOffer(
        .with {
          $0.nextKey = true
          $0.file.tlsKey = Data(key)
        }))
  }

  @Test("a Node that was made again, and whose agent lost everything: the grant is for the new one")
  func madeAgain() async throws {
    let fixture = try await fixture { $0.pinnedNames = [] }
    fixture.review("first", .success(NodeIdentity(name: "node-a", uid: "u-1")))
    fixture.review("second", .success(NodeIdentity(name: "node-a", uid: "u-2")))
    let node = try FileKeyNode(fixture, "node-a")
    node.token = "first"
    #expect(try await node.license().nodeUid == "u-1")
    await node.session.close()
    try await fixture.advance(41)
    let again = try FileKeyNode(fixture, "node-a", keyOf: node)
    again.token = "second"
    try await again.enter()
    #expect(fixture.events(.cloneSuspected).count >= 1)
    #expect(try await again.granted().nodeUid == "u-2")
    #expect(try await again.beat() == 40_000)
    await fixture.kill()
  }

  @Test("a third session of the seat waits, with a key that nobody knows and the right ratchet value too")
  func third() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    await node.session.close()
    try await fixture.advance(41)
    let challenger = try await copy(of: node)
    let third = try FileKeyNode(fixture, "node-a")
    third.ratchet = node.ratchet
    third.hello()
    third.welcome = try await third.session.welcome()
    try await third.attest()
    let refusal = try await third.session.refusal()
    #expect(refusal.reason == .unavailable)
    #expect(refusal.retryAfterMs == 10_000)
    try await challenger.attest()
    #expect(try await challenger.granted().nodeName == "node-a")
    await fixture.kill()
  }

  @Test("the winner has hung up when the verdict falls: whoever was told to be fenced has neither lease nor grant")
  func winnerGone() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let other = try await copy(of: node)
    try await other.attest()
    _ = try await node.session.attestationRequest()
    #expect(try await other.session.isSilent())
    await other.session.close()
    // It does not answer, and is alive all the same.
    for _ in 0..<5 {
      try await fixture.advance(10)
      #expect(try await node.beat() == 40_000)
    }
    try await fixture.advance(11)
    _ = try await node.session.fenced()
    func isLive() async throws -> Bool {
      let licenseOperator = try fixture.licenseOperator
      let now = await licenseOperator.now
      return await licenseOperator.state.seats[seat]?.rules.lease?.isLive(at: now) ?? false
    }
    let deadline = ContinuousClock.now + .seconds(10)
    while try await isLive(), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
    #expect(try await !isLive())
    await fixture.kill()
  }

  @Test("a next key is no answer to the question for the key that the seat has")
  func nextKeyMeanwhile() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let next = try FileKeyNode(fixture, "node-a")
    // Challenged before the doubt arises, and answered after it.
    offerNext(node, next.identity.publicKeyDER)
    let early = try await node.session.challenge()
    let other = try await copy(of: node)
    _ = try await node.session.attestationRequest()
    try await node.answer(early, with: next.identity.key, purpose: .nextKey)
    for round in 0..<2 {
      if round > 0 { offerNext(node, next.identity.publicKeyDER) }
      let refusal = try await node.session.refusal()
      #expect(refusal.reason == .unavailable)
      #expect(refusal.retryAfterMs == 0)
    }
    #expect(try await node.beat() == 40_000)
    try await other.attest()
    try await node.attest()
    let fenced = try await other.session.fenced()
    #expect(!fenced.message.contains(".."))
    #expect(try await node.beat() == 40_000)
    await fixture.kill()
  }

  @Test("who fails is told so in one sentence")
  func words() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    await node.session.close()
    let other = try await copy(of: node)
    other.offer()
    try await other.answer(try await other.session.challenge(), with: .init())
    let fenced = try await other.session.fenced()
    #expect(
      fenced.message == "Two machines claim the seat of node node-a: The attestation of this node's keys failed: the "
        + "signature is not the offered key's over this challenge.")
    await fixture.kill()
  }

  @Test("a next key that is refused twice is refused in words twice: silence would be consent")
  func refusedTwice() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let next = try FileKeyNode(fixture, "node-a")
    for _ in 0..<2 {
      offerNext(node, next.identity.publicKeyDER)
      try await node.answer(try await node.session.challenge(), with: .init(), purpose: .nextKey)
      let refusal = try await node.session.refusal()
      #expect(refusal.reason == .attestation)
      #expect(refusal.retryAfterMs == 0)
    }
    #expect(try await node.beat() == 40_000)
    await fixture.kill()
  }

  @Test("a fence that cannot be saved is told nobody, and who is in doubt is asked again")
  func fenceNotSaved() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let other = try await copy(of: node)
    try await other.attest()
    _ = try await node.session.attestationRequest()
    try await fixture.wait { fixture.events(.attested).count == 2 }
    fixture.set(.full)
    // The holder does not answer.
    try await fixture.advance(61)
    for session in [node.session, other.session] {
      let refusal = try await session.refusal()
      #expect(refusal.message == "The operator cannot judge just now: its own state cannot be saved.")
      #expect(refusal.retryAfterMs == 10_000)
    }
    #expect(fixture.events(.fenced).isEmpty)
    #expect(fixture.events(.cloneSuspected).last?.message.contains("the verdict cannot be saved") == true)
    fixture.set(.none)
    other.ratchet = never
    try await other.reconnect()
    try await other.enter()
    #expect(other.welcome.attestationRequired)
    #expect(try await other.granted().nodeName == "node-a")
    #expect(try await other.beat() == 40_000)
    await fixture.kill()
  }

  @Test("a holder that is to keep its seat goes on, whether that can be saved or not")
  func holderNotSaved() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let other = try await copy(of: node)
    _ = try await node.session.attestationRequest()
    fixture.set(.full)
    try await other.attest()
    try await node.attest()
    #expect(try await other.session.refusal().reason == .unavailable)
    #expect(fixture.events(.fenced).isEmpty)
    #expect(try await node.beat() == 40_000)
    await fixture.kill()
  }

  @Test("who passed by a consent that is gone when it is decided has not passed")
  func consentGone() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    await (try fixture.licenseOperator).gradeAsTPM(seat)
    try fixture.folder.write("[Consent]\nLowerAssurance=org-acme/node-a\n", to: "consent.conf")
    try await fixture.advance(1)
    let other = try await copy(of: node)
    try await other.attest()
    _ = try await node.session.attestationRequest()
    try await fixture.wait { fixture.events(.attested).count == 2 }
    try fixture.folder.write("[Consent]\n", to: "consent.conf")
    try await fixture.advance(1)
    try await fixture.advance(60)
    let fenced = try await other.session.fenced()
    #expect(fenced.message.hasSuffix("nobody at the operator has consented to that."))
    _ = try await node.session.fenced()
    let kept = await (try fixture.licenseOperator).state.seats[seat]?.rules
    #expect(kept?.key.assurance == .hardwareTpm)
    #expect(kept?.endorsementKey.isEmpty == false)
    await fixture.kill()
  }

  @Test("Release= does not free a seat while it is decided whose it is")
  func releaseMeanwhile() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    try await fixture.hangUp(node)
    try await fixture.advance(41)
    let other = try await copy(of: node)
    try fixture.folder.write("[Consent]\nRelease=org-acme/node-a\n", to: "consent.conf")
    try await fixture.advance(1)
    #expect(fixture.events(.seatReleased).isEmpty)
    try await other.attest()
    #expect(try await other.granted().nodeName == "node-a")
    #expect(try await other.beat() == 40_000)
    await fixture.kill()
  }
}

extension LicenseOperator {
  /// As if the key that the seat has were in a TPM. The node's grant stays the last one.
  fileprivate func gradeAsTPM(_ id: SeatID) {
    guard var rules = state.seats[id]?.rules else { return }
    let digest = rules.grantDigest
    rules.settle(
      LicenseProtocol.AttestedKey(
        key: SeatState.PinnedKey(digest: rules.key.digest, assurance: .hardwareTpm),
        endorsementKey: [UInt8](repeating: 1, count: 32), attestationKey: [UInt8](repeating: 2, count: 32)))
    rules.grantDigest = digest
    state.seats[id]?.rules = rules
  }
}

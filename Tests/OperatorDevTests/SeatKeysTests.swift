import Crypto
import Foundation
import LicenseProtocol
import Testing

@testable import OperatorDev

@Suite("Keys that a seat may not have: they raise no doubt about it, and take it from nobody", .serialized)
struct SeatKeysTests {
  private let id = SeatID(organisation: "org-acme", node: "node-a")

  private func fixture(limit: UInt32 = 5) async throws -> OperatorFixture {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: limit, limit: limit)])
    return fixture
  }

  /// What a verifier finds of a machine with a TPM.
  private func machine(_ number: UInt8) -> LicenseProtocol.AttestedKey {
    func bytes(_ what: UInt8) -> [UInt8] { [UInt8](repeating: what, count: 31) + [number] }
    return LicenseProtocol.AttestedKey(
      key: SeatState.PinnedKey(digest: bytes(1), assurance: .hardwareTpm), endorsementKey: bytes(2),
      attestationKey: bytes(3))
  }

  /// The seat of a machine with a TPM, which has gone since.
  private var taken: Seat {
    var rules = SeatState(organisation: id.organisation, nodeName: id.node, nodeUID: "", attested: machine(1))
    rules.ratchet.issue([UInt8](repeating: 4, count: 32), presented: [])
    return Seat(rules: rules)
  }

  private func expectUntouched(_ fixture: OperatorFixture) async throws {
    let seats = await (try fixture.licenseOperator).state.seats
    #expect(seats[id] == taken)
    #expect(fixture.events(.cloneSuspected).map(\.message) == [])
  }

  @Test("a key in a file that was offered while nobody had the seat does not become that of a TPM's seat")
  func offeredBefore() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    node.hello()
    node.welcome = try await node.session.welcome()
    node.offer()
    let challenge = try await node.session.challenge()
    await (try fixture.licenseOperator).occupy(taken)
    try await node.answer(challenge)
    #expect(try await node.session.refusal().reason == .assuranceLowered)
    try await expectUntouched(fixture)
    await fixture.kill()
  }

  @Test("a refused session leaves nothing of its ratchet: the key that is known comes back with the value of before")
  func refusedRatchet() async throws {
    let fixture = try OperatorFixture { $0.pinnedNames = [] }
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    fixture.review("good", .success(NodeIdentity(name: "node-a", uid: "u-1")))
    let node = try FileKeyNode(fixture, "node-a")
    node.token = "good"
    try await node.license()
    #expect(try await node.beat() == 40_000)
    try await fixture.hangUp(node)
    let renewed = try FileKeyNode(fixture, "node-a")
    renewed.ratchet = node.ratchet
    renewed.token = "bad"
    renewed.hello()
    renewed.welcome = try await renewed.session.welcome()
    #expect(renewed.welcome.attestationRequired)
    renewed.offer()
    #expect(try await renewed.session.refusal().reason == .identity)
    let again = try FileKeyNode(fixture, "node-a", keyOf: node)
    again.ratchet = node.ratchet
    try await again.enter()
    #expect(!again.welcome.attestationRequired)
    #expect(try await again.granted().nodeUid == "u-1")
    #expect(try await again.beat() == 40_000)
    #expect(fixture.events(.cloneSuspected).isEmpty)
    await fixture.kill()
  }

  @Test("nor does one that waited for a seat while that node came with its TPM")
  func waited() async throws {
    let fixture = try await fixture(limit: 1)
    try await FileKeyNode(fixture, "node-z").license()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    #expect(try await node.session.refusal().reason == .noSeat)
    await (try fixture.licenseOperator).occupy(taken)
    try await fixture.allow([("org-acme", included: 3, limit: 3)])
    #expect(try await node.session.refusal().reason == .assuranceLowered)
    try await expectUntouched(fixture)
    await fixture.kill()
  }

  @Test("nor does another TPM's")
  func otherMachine() async throws {
    let fixture = try await fixture()
    await (try fixture.licenseOperator).occupy(taken)
    let key = Array(P256.Signing.PrivateKey().publicKey.derRepresentation)
    let line = try await TPMLine(fixture, "node-a", publicKeyDER: key)
    _ = try await line.hello()
    let proven = LiveSession.Proven(identity: .init(name: "node-a", uid: ""), attested: machine(2))
    await line.licenseOperator.takeSeat(proven, in: line.id)
    let refusal = try await line.refusal()
    #expect(refusal.reason == .endorsementKeyBound)
    #expect(refusal.message == "This node is bound to another TPM's endorsement key.")
    try await expectUntouched(fixture)
    await fixture.kill()
  }
}

extension LicenseOperator {
  /// Somebody takes a seat.
  fileprivate func occupy(_ seat: Seat) {
    let ledger = state.ledger(seat.id.organisation)
    state.seats[seat.id] = seat
    state.ledgers[seat.id.organisation] = SeatLedger(
      organisation: ledger.organisation, version: ledger.version + 1, holders: ledger.holders + [seat.id.node])
  }
}

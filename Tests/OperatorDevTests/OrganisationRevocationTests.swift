import Foundation
import LicenseProtocol
import TestSupport
import Testing

@testable import OperatorDev

@Suite("What an organisation's issuer takes back counts without a restart", .serialized)
struct OrganisationRevocationTests {
  private func fixture() async throws -> OperatorFixture {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5), ("platform", included: 5, limit: 5)])
    return fixture
  }

  private func seconds(_ fixture: OperatorFixture) -> Int64 { fixture.clock.real / 1_000_000_000 }

  /// The last thing that was said about a handshake of that node.
  private func refusal(_ fixture: OperatorFixture, _ node: String) -> String {
    fixture.events(.handshakeRefused).last { $0.node == node }?.message ?? ""
  }

  private func isLetIn(_ node: FileKeyNode) async throws -> Bool {
    try await node.reconnect()
    node.hello()
    do {
      node.welcome = try await node.session.welcome()
      node.ratchet = Array(node.welcome.ratchet)
      return true
    } catch {
      return false
    }
  }

  @Test("a certificate that is revoked is sent away and kept out; the others stay; a newer list lets it in again")
  func revoked() async throws {
    let fixture = try await fixture()
    let lists = try OpenSSLRevocation(fixture.acme)
    let stolen = try FileKeyNode(fixture, "node-a")
    let other = try FileKeyNode(fixture, "node-b")
    try await stolen.license()
    try await other.license()
    let serial = stolen.identity.serial
    let list = try lists.list(1, revoking: [serial], at: seconds(fixture))
    try fixture.folder.write(list, to: "organisations/org-acme.crl")
    try await fixture.advance(1)
    let refusal = try await stolen.session.refusal()
    #expect(refusal.reason == .certificateRevoked)
    #expect(refusal.message.contains(serial))
    #expect(try await !isLetIn(stolen))
    #expect(self.refusal(fixture, "node-a").contains("(serial \(serial)) was revoked by org-acme at "))
    #expect(self.refusal(fixture, "node-a").hasSuffix(": keyCompromise"))
    #expect(try await other.beat() == 40_000)

    // The older list may lie beside it: the number decides.
    let next = try lists.list(2, revoking: [], at: seconds(fixture))
    try fixture.folder.write(next, to: "organisations/org-acme-2.crl")
    try await fixture.advance(1)
    #expect(try await isLetIn(stolen))
    try fixture.folder.write("\n" + list, to: "organisations/org-acme.crl")
    try await fixture.advance(1)
    #expect(try await stolen.beat() == 40_000)
    await fixture.kill()
  }

  @Test("a list in DER counts as one in PEM does")
  func der() async throws {
    let fixture = try await fixture()
    let lists = try OpenSSLRevocation(fixture.acme)
    let stolen = try FileKeyNode(fixture, "node-a")
    try await stolen.license()
    let list = try lists.der(try lists.list(1, revoking: [stolen.identity.serial], at: seconds(fixture)))
    try await fixture.change { try list.write(to: $0.url.appendingPathComponent("organisations/org-acme.crl")) }
    try await fixture.advance(1)
    #expect(try await stolen.session.refusal().reason == .certificateRevoked)
    #expect(fixture.events(.reloadFailed).isEmpty)
    await fixture.kill()
  }

  @Test("a list that the issuer did not sign, or that is damaged, changes nothing and is said")
  func forged() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let imposter = try OpenSSLRevocation(try TestAuthority("org-acme"))
    let list = try imposter.list(9, revoking: [node.identity.serial], at: seconds(fixture))
    try fixture.folder.write(list, to: "organisations/forged.crl")
    try await fixture.advance(1)
    #expect(
      fixture.events(.reloadFailed).last?.message.contains(
        "the revocation list of org-acme was not signed by the issuer of that name") == true)
    #expect(try await node.beat() == 40_000)
    let half = String(list.prefix(list.count / 2))
    try fixture.folder.write(half, to: "organisations/forged.crl")
    try await fixture.advance(1)
    #expect(fixture.events(.reloadFailed).last?.message.contains("forged.crl: error: ") == true)
    #expect(try await isLetIn(node))
    await fixture.kill()
  }

  @Test("a list whose time is over keeps that issuer's nodes out until a newer one is there, and is said once")
  func expired() async throws {
    let fixture = try await fixture()
    let lists = try OpenSSLRevocation(fixture.acme)
    let node = try FileKeyNode(fixture, "node-a")
    let other = try FileKeyNode(fixture, "node-p", of: fixture.platform)
    try await node.license()
    try await other.license()
    let list = try lists.list(1, revoking: [], at: seconds(fixture), validFor: 60)
    try fixture.folder.write(list, to: "organisations/org-acme.crl")
    try await fixture.advance(20)
    #expect(try await isLetIn(node))
    #expect(fixture.events(.revocationListExpired).isEmpty)
    try await fixture.advance(20)
    try await fixture.advance(21)
    try await fixture.advance(1)
    let said = fixture.events(.revocationListExpired).map(\.message)
    #expect(said.count == 1)
    #expect(said.first?.hasPrefix("The revocation list of org-acme ran out at ") == true)
    #expect(
      said.first?.hasSuffix(
        " UTC: no node of that issuer can connect until a newer one is in the folder with the organisations.") == true)
    #expect(try await !isLetIn(node))
    #expect(refusal(fixture, "node-a").contains("the revocation list of org-acme expired at "))
    #expect(try await isLetIn(other))
    let next = try lists.list(2, revoking: [], at: seconds(fixture))
    try fixture.folder.write(next, to: "organisations/org-acme.crl")
    try await fixture.advance(1)
    #expect(try await isLetIn(node))
    await fixture.kill()
  }

  @Test("an issuer that is removed is out though its revocation list was left behind")
  func leftBehind() async throws {
    let fixture = try await fixture()
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    let list = try OpenSSLRevocation(fixture.acme).list(1, revoking: [], at: seconds(fixture))
    // A list that is read when half of it is there would be complained of.
    try await fixture.change { try $0.write(list, to: "organisations/org-acme.crl") }
    try await fixture.advance(1)
    try FileManager.default.removeItem(at: fixture.folder.url.appendingPathComponent("organisations/org-acme.pem"))
    try await fixture.advance(1)
    #expect(try await node.session.refusal().reason == .organisationUnknown)
    #expect(fixture.events(.reloadFailed).isEmpty)
    #expect(
      fixture.events(.reloaded).last?.message.contains("the revocation list of org-acme is of no issuer here") == true)
    #expect(try await !isLetIn(node))
    await fixture.kill()
  }
}

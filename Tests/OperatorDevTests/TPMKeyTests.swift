import Attestation
import Crypto
import Foundation
import LicenseProtocol
import NodeIdentity
import SwiftProtobuf
import TPM2
import TPMStructures
import TestSupport
import Testing

@testable import OperatorDev

@Suite(
  "A node with its key in a TPM", .enabled(if: SoftwareTPM.isInstalled, "swtpm is not installed"), .serialized,
  .timeLimit(.minutes(5)))
struct TPMKeyTests {
  @Test("registered, it is hardware; unregistered, refused; another node's, refused; and it becomes no file key")
  func registered() async throws {
    let simulated = try await SimulatedNode(below: .ecc)
    let tlsKey = simulated.tlsKey
    let fixture = try OperatorFixture { $0.endorsement.registered = $0.organisations + "/../registered" }
    try fixture.folder.write("", to: "registered/.keep")
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])

    let stranger = try await TPMLine(fixture, "node-a", publicKeyDER: tlsKey.publicKeyInfo)
    _ = try await stranger.hello()
    await stranger.say(try simulated.offer())
    let unproven = try await stranger.refusal()
    #expect(unproven.reason == .attestation)
    #expect(unproven.message.contains("the endorsement key proves nothing"))

    let key = Data(simulated.endorsementKey.sizedWire).base64EncodedString()
    try fixture.folder.write(#"{"ek":{"public":"\#(key)"}}"#, to: "registered/a.json")
    await (try fixture.licenseOperator).reload()
    let node = try await TPMLine(fixture, "node-a", publicKeyDER: tlsKey.publicKeyInfo)
    let welcome = try await node.hello()
    await node.say(try simulated.offer())
    let challenge = try await node.challenge()
    let reply = try await simulated.answer(challenge, in: welcome, on: node, to: fixture)
    await node.say(reply)
    guard case .licenseGrant(let sent) = try await node.hear() else {
      Issue.record("no LicenseGrant")
      return
    }
    let grant = try GrantSignature.verify(sent, key: Array(welcome.grantKey))
    #expect(grant.assurance == .hardwareTpm)
    #expect(Array(grant.keyDigest) == Array(SHA256.hash(data: tlsKey.publicKeyInfo)))

    // An answer is good once.
    await node.say(reply)
    #expect(try await node.refusal().reason == .attestation)

    let other = try await TPMLine(fixture, "node-b", publicKeyDER: tlsKey.publicKeyInfo)
    _ = try await other.hello()
    await other.say(try simulated.offer())
    let bound = try await other.refusal()
    #expect(bound.reason == .endorsementKeyBound)
    #expect(bound.message == "This TPM's endorsement key is bound to node node-a.")
    await simulated.tpm.tpm.close()

    let filed = try FileKeyNode(fixture, "node-a")
    await (try fixture.licenseOperator).closed(node.id)
    try await fixture.advance(41)
    filed.hello()
    _ = try await filed.session.welcome()
    filed.offer()
    #expect(try await filed.session.refusal().reason == .assuranceLowered)
    try fixture.folder.write("[Consent]\nLowerAssurance=org-acme/node-a\n", to: "consent.conf")
    try await fixture.advance(1)
    try await filed.reconnect()
    #expect(try await filed.license().assurance == .fileKey)
    await fixture.kill()
  }

  @Test("two wait with one TPM under two names, and two seats come free: one has one, the other is told whose it is")
  func waitingTwice() async throws {
    let simulated = try await SimulatedNode(below: .ecc)
    let fixture = try OperatorFixture { $0.endorsement.registered = $0.organisations + "/../registered" }
    try fixture.folder.write("", to: "registered/.keep")
    try Data(simulated.endorsementKey.sizedWire).write(
      to: fixture.folder.url.appendingPathComponent("registered/a.pub"))
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 1, limit: 1)])
    try await FileKeyNode(fixture, "node-z").license()
    var waiting: [(line: TPMLine, welcome: Lowlayer_Agent_V1_Welcome)] = []
    for name in ["node-a", "node-b"] {
      let line = try await TPMLine(fixture, name, publicKeyDER: simulated.tlsKey.publicKeyInfo)
      let welcome = try await line.hello()
      await line.say(try simulated.offer())
      await line.say(try await simulated.answer(try await line.challenge(), in: welcome, on: line, to: fixture))
      // When its keys were attested nobody had this TPM yet.
      #expect(try await line.refusal().reason == .noSeat)
      waiting.append((line: line, welcome: welcome))
    }
    fixture.clock.advance(1)
    try await fixture.allow([("org-acme", included: 3, limit: 3)])
    guard case .licenseGrant(let sent) = try await waiting[0].line.hear() else {
      Issue.record("no LicenseGrant")
      return
    }
    let grant = try GrantSignature.verify(sent, key: Array(waiting[0].welcome.grantKey))
    #expect(grant.nodeName == "node-a" && grant.assurance == .hardwareTpm)
    let bound = try await waiting[1].line.refusal()
    #expect(bound.reason == .endorsementKeyBound)
    #expect(bound.message == "This TPM's endorsement key is bound to node node-a.")
    let state = await (try fixture.licenseOperator).state
    #expect(Set(state.seats.keys.map(\.node)) == ["node-a", "node-z"])
    #expect(state.ledger("org-acme").used == 2)
    await simulated.tpm.tpm.close()
    await fixture.kill()
  }

  @Test("an RSA key that its maker certified proves itself by whatever of it a person put into the folder")
  func registeredRSA() async throws {
    let simulated = try await SimulatedNode(below: .rsa)
    #expect(simulated.endorsementKey.type == .rsa)
    let info = try #require(simulated.endorsementKey.subjectPublicKeyInfo)
    // Of a maker that the operator does not know.
    let certificate = try TestAuthority("some maker").issue("a TPM", publicKeyDER: info)
    let fixture = try OperatorFixture { $0.endorsement.registered = $0.organisations + "/../registered" }
    try fixture.folder.write("", to: "registered/.keep")
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let area = simulated.endorsementKey.sizedWire
    func pem(_ kind: String, _ der: [UInt8]) -> Data {
      let text = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
      return Data("-----BEGIN \(kind)-----\n\(text)\n-----END \(kind)-----\n".utf8)
    }
    let files: [(String, Data)] = [
      ("a.json", Data(#"{"ek":{"public":"\#(Data(area).base64EncodedString())"}}"#.utf8)), ("a.pub", Data(area)),
      ("a.crt", Data(certificate)), ("a.pem", pem("CERTIFICATE", certificate)), ("b.pem", pem("PUBLIC KEY", info)),
    ]
    let folder = fixture.folder.url.appendingPathComponent("registered")
    for (name, bytes) in files {
      try bytes.write(to: folder.appendingPathComponent(name))
      await (try fixture.licenseOperator).reload()
      #expect(fixture.events(.reloadFailed).isEmpty, "\(name)")
      let node = try await TPMLine(fixture, "node-a", publicKeyDER: simulated.tlsKey.publicKeyInfo)
      _ = try await node.hello()
      await node.say(try simulated.offer(certificates: [certificate]))
      #expect(try await node.challenge().nonce.count == 32, "\(name)")
      await (try fixture.licenseOperator).closed(node.id)

      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
      await (try fixture.licenseOperator).reload()
      let stranger = try await TPMLine(fixture, "node-a", publicKeyDER: simulated.tlsKey.publicKeyInfo)
      _ = try await stranger.hello()
      await stranger.say(try simulated.offer(certificates: [certificate]))
      #expect(try await stranger.refusal().message.contains("the endorsement key proves nothing"), "\(name)")
    }

    try Data(certificate).write(to: folder.appendingPathComponent("a.crt"))
    await (try fixture.licenseOperator).reload()
    let node = try await TPMLine(fixture, "node-a", publicKeyDER: simulated.tlsKey.publicKeyInfo)
    let welcome = try await node.hello()
    await node.say(try simulated.offer(certificates: [certificate]))
    await node.say(try await simulated.answer(try await node.challenge(), in: welcome, on: node, to: fixture))
    guard case .licenseGrant(let sent) = try await node.hear() else {
      Issue.record("no LicenseGrant")
      return
    }
    #expect(try GrantSignature.verify(sent, key: Array(welcome.grantKey)).assurance == .hardwareTpm)
    await simulated.tpm.tpm.close()
    await fixture.kill()
  }

  @Test("what is no endorsement key, or more than one, is not registered, and the file is named")
  func notRegistered() async throws {
    let fixture = try OperatorFixture { $0.endorsement.registered = $0.organisations + "/../registered" }
    let maker = try TestAuthority("some maker")
    let weak = try Command(["openssl", "genrsa", "-out", "weak.key", "1024"], in: fixture.folder.url)
    #expect(weak.status == 0, "\(weak.errors)")
    let public1024 = try Command(["openssl", "rsa", "-in", "weak.key", "-pubout"], in: fixture.folder.url)
    let files = [
      ("two.pem", try maker.pem + maker.pem, "two.pem: error: key: error: 2 keys and certificates instead of one"),
      ("none.pem", "", "none.pem: error: "), ("no.pub", "not a key", "no.pub: error: "),
      (
        "weak.pem", public1024.output,
        "weak.pem: error: the endorsement key is not one: it is neither a P-256 key nor an RSA key of 2048 bits or more"
      ),
      ("template.json", #"{"ek":{}}"#, "template.json: error: "),
    ]
    for (name, text, _) in files { try fixture.folder.write(text, to: "registered/\(name)") }
    try await fixture.start()
    let words = fixture.events(.reloadFailed).first?.message ?? ""
    for (name, _, expected) in files { #expect(words.contains(expected), "\(name): \(words)") }
    await fixture.kill()
  }
}

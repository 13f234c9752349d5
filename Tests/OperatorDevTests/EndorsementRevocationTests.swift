import Attestation
import Foundation
import LicenseProtocol
import NodeIdentity
import PKI
import SwiftASN1
import TPM2
import TPMStructures
import TestSupport
import Testing
import X509

@testable import OperatorDev

@Suite("Endorsement certificates that their authorities took back", .serialized, .timeLimit(.minutes(5)))
struct EndorsementRevocationTests {
  /// An operator that believes one maker, and the folder of that maker's certificate and lists.
  private func fixture(_ maker: TestAuthority) async throws -> OperatorFixture {
    let fixture = try OperatorFixture {
      $0.endorsement.vendorRoots = $0.organisations + "/../vendors"
      $0.endorsement.registered = $0.organisations + "/../registered"
    }
    try fixture.folder.write(try maker.pem, to: "vendors/maker.pem")
    try fixture.folder.write("", to: "registered/.keep")
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    return fixture
  }

  @Test(
    "a revoked one is refused in words; a list that ran out goes on refusing, and is said",
    .enabled(if: SoftwareTPM.isInstalled, "swtpm is not installed"))
  func revoked() async throws {
    let simulated = try await SimulatedNode(below: .rsa)
    let info = try #require(simulated.endorsementKey.subjectPublicKeyInfo)
    let maker = try TestAuthority("maker")
    let certificate = try maker.issue("a TPM", publicKeyDER: info)
    let serial = try IssuedCertificate(der: certificate).serial
    let fixture = try await fixture(maker)
    let lists = try OpenSSLRevocation(maker)
    func now() -> Int64 { fixture.clock.real / 1_000_000_000 }
    func offered() async throws -> Down {
      let node = try await TPMLine(fixture, "node-a", publicKeyDER: simulated.tlsKey.publicKeyInfo)
      _ = try await node.hello()
      await node.say(try simulated.offer(certificates: [certificate]))
      let answer = try await node.hear()
      await (try fixture.licenseOperator).closed(node.id)
      return answer
    }
    func isChallenged() async throws -> Bool {
      if case .challenge = try await offered() { return true }
      return false
    }
    #expect(try await isChallenged())

    try fixture.folder.write(try lists.list(1, revoking: ["0BAD"], at: now()), to: "vendors/maker.crl")
    await (try fixture.licenseOperator).reload()
    #expect(try await isChallenged())

    let list = try lists.list(2, revoking: ["0BAD", serial], at: now(), validFor: 60)
    try lists.der(list).write(to: fixture.folder.url.appendingPathComponent("vendors/maker-2.crl"))
    await (try fixture.licenseOperator).reload()
    #expect(fixture.events(.reloadFailed).isEmpty)
    let words =
      "The attestation of this node's keys failed: the endorsement key's certificate is not good: "
      + "a TPM (serial \(serial)) was revoked by maker: keyCompromise."
    guard case .refusal(let refusal) = try await offered() else {
      Issue.record("a revoked endorsement certificate was not refused")
      return
    }
    #expect(refusal.reason == .attestation)
    #expect(refusal.message == words)
    #expect(fixture.events(.refused).last?.message == words)

    try await fixture.advance(61)
    try await fixture.advance(1)
    let said = fixture.events(.revocationListExpired).map(\.message)
    #expect(said.count == 1)
    #expect(said.first?.hasPrefix("The revocation list of maker ran out at ") == true)
    #expect(said.first?.contains("the endorsement keys that it names stay refused") == true)
    #expect(try await !isChallenged())
    // Registered by hand it is no better: its maker says that it is not to be believed.
    try Data(certificate).write(to: fixture.folder.url.appendingPathComponent("registered/a.crt"))
    await (try fixture.licenseOperator).reload()
    #expect(try await !isChallenged())

    try fixture.folder.write(try lists.list(3, revoking: [], at: now()), to: "vendors/maker.crl")
    await (try fixture.licenseOperator).reload()
    #expect(try await isChallenged())
    await simulated.tpm.tpm.close()
    await fixture.kill()
  }

  @Test(
    "a registered key whose certificate ran out is believed; one whose certificate was taken back as well is not",
    .enabled(if: SoftwareTPM.isInstalled, "swtpm is not installed"))
  func runOut() async throws {
    let simulated = try await SimulatedNode(below: .rsa)
    let info = try #require(simulated.endorsementKey.subjectPublicKeyInfo)
    let maker = try TestAuthority("maker")
    let certificate = try maker.issue("a TPM", publicKeyDER: info, validFor: 60)
    let serial = try IssuedCertificate(der: certificate).serial
    let fixture = try await fixture(maker)
    func offered() async throws -> Down {
      await (try fixture.licenseOperator).reload()
      let node = try await TPMLine(fixture, "node-a", publicKeyDER: simulated.tlsKey.publicKeyInfo)
      _ = try await node.hello()
      await node.say(try simulated.offer(certificates: [certificate]))
      let answer = try await node.hear()
      await (try fixture.licenseOperator).closed(node.id)
      return answer
    }
    try await fixture.advance(120)
    guard case .refusal(let unregistered) = try await offered() else {
      Issue.record("a certificate that ran out was believed")
      return
    }
    #expect(unregistered.message.contains(" expired on "))
    try Data(certificate).write(to: fixture.folder.url.appendingPathComponent("registered/a.crt"))
    guard case .challenge = try await offered() else {
      Issue.record("a registered key was refused")
      return
    }
    let list = try OpenSSLRevocation(maker).list(1, revoking: [serial], at: fixture.clock.real / 1_000_000_000)
    try fixture.folder.write(list, to: "vendors/maker.crl")
    guard case .refusal(let revoked) = try await offered() else {
      Issue.record("a revoked endorsement certificate was not refused, because it ran out too")
      return
    }
    #expect(revoked.reason == .attestation)
    #expect(revoked.message.contains("a TPM (serial \(serial)) was revoked by maker: keyCompromise"))
    await simulated.tpm.tpm.close()
    await fixture.kill()
  }

  @Test(
    "a list that none of the endorsement folders' certificates signed is an error, and what was read before goes on")
  func forged() async throws {
    let maker = try TestAuthority("maker")
    let fixture = try await fixture(maker)
    let imposter = try OpenSSLRevocation(try TestAuthority("maker"))
    let list = try imposter.list(9, revoking: ["01"], at: fixture.clock.real / 1_000_000_000)
    try fixture.folder.write(list, to: "vendors/maker.crl")
    await (try fixture.licenseOperator).reload()
    #expect(
      fixture.events(.reloadFailed).last?.message.contains(
        "maker.crl: error: none of the certificates in the endorsement folders signed the revocation list of maker: "
          + "its issuer's certificate belongs there too") == true)
    #expect(await (try fixture.licenseOperator).verifier.anchors.vendorRoots.count == 1)
    #expect(await (try fixture.licenseOperator).endorsementRevocation.lists.isEmpty)
    await fixture.kill()
  }

  @Test("an authority between that its root took back refuses every key below it; the makers' RSA lists are read")
  func intermediate() throws {
    // Everything here is OpenSSL's: an RSA root, an RSA authority below it, and an endorsement certificate.
    let folder = try TemporaryFolder()
    try folder.write("basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n", to: "ca.ext")
    try folder.write("basicConstraints=critical,CA:false\nkeyUsage=critical,keyEncipherment\n", to: "ek.ext")
    func openssl(_ words: String...) throws {
      let command = try Command(["openssl"] + words, in: folder.url)
      if command.status != 0 { throw OpenSSLRevocation.Failure(words: command.errors) }
    }
    let issuers = ["root": "root", "below": "root", "ek": "below"]
    for name in ["root", "below", "ek"] {
      let issuer = try #require(issuers[name])
      try openssl("genrsa", "-out", "\(name).key", "2048")
      try openssl("req", "-new", "-key", "\(name).key", "-subj", "/CN=\(name)", "-out", "\(name).csr")
      let signer =
        name == issuer
        ? ["-signkey", "\(name).key"]
        : ["-CA", "\(issuer).pem", "-CAkey", "\(issuer).key", "-set_serial", name == "ek" ? "0x77" : "0x66"]
      let made = try Command(
        ["openssl", "x509", "-req", "-in", "\(name).csr", "-days", "30", "-out", "\(name).pem"] + signer
          + ["-extfile", name == "ek" ? "ek.ext" : "ca.ext"], in: folder.url)
      #expect(made.status == 0, "\(made.errors)")
    }
    func text(_ name: String) throws -> String { try folder.text(name) }
    let chain = try ["ek", "below", "root"].map { try Certificate(pemEncoded: try text("\($0).pem")) }
    let now = Int64(Date.now.timeIntervalSince1970)
    func fault(_ lists: [(String, [String])]) throws -> String? {
      var revocation = EndorsementRevocation()
      for (issuer, serials) in lists {
        let maker = try OpenSSLRevocation(
          certificatePEM: try text("\(issuer).pem"), keyPEM: try text("\(issuer).key"))
        revocation.lists.append(try RevocationList(pem: Array(try maker.list(1, revoking: serials, at: now).utf8)))
      }
      return revocation.fault(in: chain)
    }
    #expect(try fault([]) == nil)
    #expect(try fault([("root", []), ("below", [])]) == nil)
    #expect(try fault([("below", ["77"])]) == "ek (serial 77) was revoked by below: keyCompromise")
    #expect(try fault([("root", ["66"]), ("below", [])]) == "below (serial 66) was revoked by root: keyCompromise")
    // A list takes back what its own issuer signed.
    #expect(try fault([("root", ["77"]), ("below", ["66"])]) == nil)
  }
}

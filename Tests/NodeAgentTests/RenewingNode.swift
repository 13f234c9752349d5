import Crypto
import Foundation
import LicenseProtocol
import Logging
import NodeIdentity
import OpenBao
import PKI
import SwiftASN1
import Synchronization
import TestSupport
import X509

@testable import NodeAgent

/// Whoever signs, in OpenBao's place. Its clock is right, its certificates are good for a day, and it counts what it
/// signs.
final class ScriptedIssuer: Sendable {
  static let life: Int64 = 86_400

  private let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
  private let state: Mutex<(time: Int64, signed: Int)>

  init(at time: Int64) { state = Mutex((time: time, signed: 0)) }

  var signed: Int { state.withLock { $0.signed } }

  func advance(_ seconds: Int64) { state.withLock { $0.time += seconds } }

  /// Signs, and judges what it signed as the node does whose wall clock says `wall`.
  func sign(_ request: SigningRequest, wall: Int64) throws(OpenBaoError) -> SignedCertificate {
    let time = state.withLock { state in
      state.signed += 1
      return state.time
    }
    // As OpenBao does it.
    let (notBefore, notAfter) = (time - 30, time + Self.life)
    let signed: SignedCertificate
    do {
      let csr = try CertificateSigningRequest(derEncoded: request.csr)
      let leaf = try Certificate(
        version: .v3, serialNumber: .init(), publicKey: csr.publicKey,
        notValidBefore: Date(timeIntervalSince1970: Double(notBefore)),
        notValidAfter: Date(timeIntervalSince1970: Double(notAfter)),
        issuer: try DistinguishedName { CommonName("org-acme") }, subject: csr.subject,
        signatureAlgorithm: .ecdsaWithSHA256,
        extensions: try Certificate.Extensions {
          Critical(BasicConstraints.notCertificateAuthority)
          Critical(KeyUsage(digitalSignature: true))
          try ExtendedKeyUsage([.clientAuth])
        }, issuerPrivateKey: key)
      var serializer = DER.Serializer()
      try serializer.serialize(leaf)
      signed = SignedCertificate(leaf: try IssuedCertificate(der: serializer.serializedBytes), chain: [])
    } catch {
      throw .malformed("\(error)")
    }
    if wall < notBefore { throw .clockDiffers(seconds: notBefore - wall) }
    if wall > notAfter { throw .clockDiffers(seconds: notAfter - wall) }
    return signed
  }
}

/// A node that keeps its certificate, with clocks that a test moves.
final class RenewingNode {
  let clocks = ScriptedClocks()
  let issuer: ScriptedIssuer
  /// How long it has been there, in true seconds.
  private(set) var age: Int64 = 0
  /// Why certificates were not renewed.
  private(set) var faults: [String] = []
  private(set) var keeper: IdentityKeeper
  private let folder: TemporaryFolder
  private let tcti: String?

  /// - Parameter tcti: the way to its TPM; its key is in a file where there is none.
  init(tcti: String? = nil) throws {
    self.tcti = tcti
    folder = try TemporaryFolder()
    issuer = ScriptedIssuer(at: clocks.clock().wall().seconds)
    keeper = try Self.makeKeeper(in: folder, tcti, clocks, issuer)
  }

  /// Its state's folder.
  var state: String { folder.url.path + "/state" }

  private static func makeKeeper(
    in folder: TemporaryFolder, _ tcti: String?, _ clocks: ScriptedClocks, _ issuer: ScriptedIssuer
  ) throws -> IdentityKeeper {
    let nothing = folder.url.path + "/none.pem"
    let authority = NodeAgentSettings.Authority(
      endpoint: try OpenBaoEndpoint(addresses: [OpenBaoAddress(host: "127.0.0.1", port: 1)], anchors: nothing),
      enrollment: EnrollmentSettings(issuerAnchors: nothing), mount: "pki-org-acme", role: "agent")
    let settings = NodeAgentSettings(
      nodeName: "worker-1.acme.example", version: "1",
      licenseOperator: OperatorEndpoint(host: "127.0.0.1", port: 1, name: nil, anchors: nothing, tokenFile: nil),
      authority: authority, tcti: tcti, allowsFileKey: true, stateFolder: folder.url.path + "/state",
      operated: OperatedSettings(interval: .seconds(15), units: []))
    let issuing: IdentityKeeper.Issuing = { (request, _) async throws(OpenBaoError) in
      try issuer.sign(request, wall: clocks.clock().wall().seconds)
    }
    return try IdentityKeeper(
      settings, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: clocks.clock(),
      issuer: { _ in issuing })
  }

  private var wall: Int64 { clocks.clock().wall().seconds }

  /// From when the certificate is good that is shown; `nil` where none can be.
  var shownSince: Int64? {
    get async throws { try await keeper.stored().usable(at: wall).first?.notBefore }
  }

  /// True time passes.
  func pass(_ seconds: Int64) {
    clocks.advance(.seconds(seconds))
    issuer.advance(seconds)
    age += seconds
  }

  /// The machine is off for that long, and starts again.
  func switchOff(for seconds: Int64) throws {
    pass(seconds)
    clocks.reboot()
    keeper = try Self.makeKeeper(in: folder, tcti, clocks, issuer)
  }

  /// A session begins: it shows the certificate that there is, or has one issued. Why it cannot, in words.
  func dial() async -> String? {
    do throws(IdentityError) {
      let shown = try await keeper.certificate(fingerprint: "00ff").shown
      try await keeper.used(shown)
      return nil
    } catch {
      return error.description
    }
  }

  /// What ``NodeAgent/renewCertificate()`` does in that time, with sleeps that take none: who fails tries again after a
  /// minute, which is sooner than the agent does on average.
  func live(_ seconds: Int64) async throws {
    let end = age + seconds
    while age < end {
      let delay = try await keeper.untilRenewal() ?? .seconds(60)
      pass(min(max(delay.components.seconds, 1), end - age))
      guard try await keeper.isDue(), try await shownSince != nil else {
        pass(min(30, end - age))
        continue
      }
      do throws(IdentityError) {
        try await keeper.renew(fingerprint: "00ff")
        try await keeper.used(try await keeper.certificate(fingerprint: "00ff").shown)
      } catch {
        faults.append(error.description)
        pass(min(60, end - age))
      }
    }
  }
}

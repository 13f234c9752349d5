import FoundationEssentials
import LicenseProtocol
public import Logging
public import NIOCore
import NIOSSL
public import NodeIdentity
import OpenBao
import PKI
import SwiftASN1
import TPM2
import X509

/// The node's keys and certificates: makes and keeps them, has them certified, renews them at half of their life, and
/// answers for them.
public actor IdentityKeeper {
  /// Has a request signed, given the certificates that there are to log in with.
  typealias Issuing =
    @Sendable (SigningRequest, LoginCertificates) async throws(OpenBaoError) -> SignedCertificate

  private var settings: NodeAgentSettings
  private let store: IdentityStore
  private let tpm: TPM?
  private let log: Logger
  private let clock: AgentClock
  private let issuer: @Sendable (NodeAgentSettings) -> Issuing?
  private var issuing: Issuing?
  private var attestationKey: AttestationKey?
  private var isTidy = false
  private var renewal: RenewalSchedule?
  private var turns = CertificateTurns()
  /// What the last session was given to show.
  private var shown: NodeCertificate?
  /// When a certificate was issued last that the wall clock does not let be valid, and what was said of it.
  private var untimely: (at: ClockReading, error: OpenBaoError)?

  /// The identity in the state's folder. Nothing is opened yet.
  public init(
    _ settings: NodeAgentSettings, group: any EventLoopGroup, log: Logger, clock: AgentClock
  ) throws(IdentityError) {
    try self.init(settings, log: log, clock: clock, issuer: { $0.issuing(over: group, clock) })
  }

  /// - Parameter issuer: who signs under those settings; `nil` where nobody does.
  init(
    _ settings: NodeAgentSettings, log: Logger, clock: AgentClock,
    issuer: @escaping @Sendable (NodeAgentSettings) -> Issuing?
  ) throws(IdentityError) {
    self.settings = settings
    self.log = log
    self.clock = clock
    self.issuer = issuer
    store = IdentityStore(folder: settings.stateFolder)
    issuing = issuer(settings)
    do throws(TPMError) {
      tpm = try settings.tcti.map { (text) throws(TPMError) in try TPM(try TCTI(text)) }
    } catch {
      throw .identity(.tpm(error))
    }
  }

  /// Those who issue certificates, how they are asked, and the consent to a key in a file are others from now on. What
  /// is asked already goes on.
  func reload(_ settings: NodeAgentSettings) {
    self.settings.allowsFileKey = settings.allowsFileKey
    // A secret id that was unwrapped once cannot be had again.
    guard settings.authority != self.settings.authority else { return }
    self.settings.authority = settings.authority
    issuing = issuer(self.settings)
    untimely = nil
  }

  /// The wall clock, in seconds since 1970.
  private func now() -> Int64 { clock.wall().seconds }

  /// What is in the folder now.
  public func stored() throws(IdentityError) -> StoredIdentity {
    do throws(NodeIdentityError) { return try store.read(tpm, at: now()) } catch { throw .identity(error) }
  }

  /// The certificate to show, and every key that is this node's: one is asked for where none is valid, and where its key
  /// is another TPM's.
  public func certificate(
    fingerprint: String
  ) async throws(IdentityError) -> (shown: NodeCertificate, keys: [NodeKey]) {
    tidy()
    var found = try stored()
    var chosen = try await turn(found)
    let isForeign = if let chosen { try await !isOurs(chosen.key) } else { false }
    if chosen == nil || isForeign {
      for fault in found.faults { log.warning("\(fault)") }
      guard settings.authority != nil else { throw .noCertificate(found.faults.map(\.description)) }
      // An expired certificate says nothing against its key: with that one the operator knows the node still.
      let expired = [found.next?.key, found.current?.key].compactMap { $0 }.first
      let kept = try await isForeign || expired?.custody != .tpm ? nil : ours(expired)
      try await issue(fingerprint: fingerprint, renewing: kept)
      found = try stored()
      chosen = try await turn(found)
    }
    guard let certificate = chosen else { throw .noCertificate(found.faults.map(\.description)) }
    if let before = shown, before.leaf != certificate.leaf, let objection = turns.objection(to: before) {
      let (old, new) = certificate.leaf == found.next?.leaf ? ("old", "new") : ("new", "old")
      log.warning("the operator did not take the \(old) certificate (\(objection.words)): the \(new) one is shown")
    }
    shown = certificate
    return (certificate, [found.next, found.current].compactMap { $0?.key })
  }

  /// The certificate whose turn it is: the old one only where this TPM has its key.
  private func turn(_ found: StoredIdentity) async throws(IdentityError) -> NodeCertificate? {
    let usable = found.usable(at: now())
    guard let chosen = turns.certificate(of: usable, at: clock.now()) else { return nil }
    if chosen.leaf != usable.first?.leaf, try await !holds(chosen.key) { return usable.first }
    return chosen
  }

  /// Whether the node can use a key: one in the TPM must be this TPM's, which is asked each time, for it may be cleared
  /// at any.
  private func isOurs(_ key: NodeKey) async throws(IdentityError) -> Bool {
    if try await holds(key) { return true }
    log.warning("the node's key is not this TPM's: the board was changed or the TPM cleared; another one is made")
    attestationKey = nil
    return false
  }

  private func holds(_ key: NodeKey) async throws(IdentityError) -> Bool {
    guard key.custody == .tpm, let tpm else { return true }
    do throws(NodeIdentityError) { return try await NodeTPM(tpm).holds(key) } catch { throw .identity(error) }
  }

  private func ours(_ key: NodeKey?) async throws(IdentityError) -> NodeKey? {
    guard let key, try await isOurs(key) else { return nil }
    return key
  }

  /// Once, before anything is made: what a run that was killed left is nobody's.
  private func tidy() {
    guard !isTidy else { return }
    isTidy = true
    do throws(NodeIdentityError) { try store.tidy() } catch {
      log.warning("what an interrupted run left is still there: \(error)")
    }
  }

  /// The operator takes this certificate: where it was the next one, it is the current one now, and the old one goes. A
  /// Welcome alone does not say so.
  public func used(_ certificate: NodeCertificate) throws(IdentityError) {
    turns.taken(certificate)
    guard try stored().next?.leaf == certificate.leaf else { return }
    do throws(NodeIdentityError) { try store.promote() } catch { throw .identity(error) }
    log.info("the new certificate was used, and is the current one now")
  }

  /// The operator did not take this certificate: where another one is valid, the next session shows that, and then they
  /// take turns.
  /// - Returns: whether the next one is one that the operator took when it was shown last: what holds the refused one
  ///   back is not about that.
  @discardableResult
  func untaken(_ certificate: NodeCertificate, _ objection: CertificateObjection) -> Bool {
    let now = clock.now()
    turns.untaken(certificate, objection, at: now)
    guard let usable = try? stored().usable(at: self.now()) else { return false }
    return turns.certificate(of: usable, at: now).map { $0.leaf != certificate.leaf && turns.isGood($0) } ?? false
  }

  /// How long until the certificate is to be renewed: half of its life, give or take a tenth of that, drawn once for
  /// each certificate; at once where there is none. `nil` where nobody issues any.
  public func untilRenewal() throws(IdentityError) -> Duration? {
    guard settings.authority != nil else { return nil }
    let now = ClockReading(clock)
    guard let newest = try stored().usable(at: now.wall).first else { return .zero }
    // A wall clock that is set meanwhile is noticed within the hour.
    return min(schedule(of: newest).left(at: now), .seconds(3600))
  }

  /// The certificate that is shown, for whoever asks. It is renewed when the newest one is due.
  func shownStatus() -> AgentStatus.Certificate? {
    let now = ClockReading(clock)
    guard let shown, let newest = try? stored().usable(at: now.wall).first else { return nil }
    let date: Int64? =
      settings.authority == nil ? nil : now.wall + schedule(of: newest).left(at: now).components.seconds
    return .init(
      custody: shown.key.custody.rawValue, notBefore: shown.notBefore, notAfter: shown.notAfter, renewal: date)
  }

  /// Whether the certificate is due, or there is none.
  public func isDue() throws(IdentityError) -> Bool { try untilRenewal() == .zero }

  private func schedule(of certificate: NodeCertificate) -> RenewalSchedule {
    if let renewal, renewal.isOf(certificate) { return renewal }
    return schedule(certificate, isNew: false)
  }

  @discardableResult
  private func schedule(_ certificate: NodeCertificate, isNew: Bool) -> RenewalSchedule {
    let made = RenewalSchedule(
      certificate, isNew: isNew, draw: Double.random(in: 0...1), at: ClockReading(clock))
    renewal = made
    return made
  }

  /// Asks for another certificate and keeps it beside the current one. A key in the TPM stays; one in a file is made
  /// anew, for whoever could read it once has it for ever.
  /// - Returns: whether it is for another key than that of the certificate that is shown.
  @discardableResult
  public func renew(fingerprint: String) async throws(IdentityError) -> Bool {
    let newest = try stored().usable(at: now()).first
    let key = try await ours(newest?.key.custody == .tpm ? newest?.key : nil)
    try await issue(fingerprint: fingerprint, renewing: key)
    // The newest one's key is not the session's where the operator did not take it.
    return key == nil || key != shown?.key
  }

  /// Makes a key where there is none, has it certified, and keeps both.
  private func issue(fingerprint: String, renewing key: NodeKey?) async throws(IdentityError) {
    guard let authority = settings.authority, let issuing else { throw .noCertificate([]) }
    if let fault = faultOfClock { throw .authority(fault) }
    let found = try stored()
    let kept = if let key { key } else { try await ours(found.pendingKey) }
    let chosen = try await self.key(kept)
    let request: CertificateRequest
    do throws(NodeIdentityError) {
      // The node is the URI's host: an organisation's authority is bound to its domain, and signs for no other.
      request = try await CertificateRequest(
        for: chosen, commonName: settings.nodeName, dnsNames: [settings.nodeName],
        uris: fingerprint.isEmpty ? [] : [CertificateRequest.fingerprintURI(fingerprint, of: settings.nodeName)])
    } catch {
      throw .identity(error)
    }
    let certificates = try await loginCertificates(found, authority)
    let signed: SignedCertificate
    do throws(OpenBaoError) {
      signed = try await issuing(
        SigningRequest(mount: authority.mount, role: authority.role, csr: request.der, lifetime: authority.lifetime),
        certificates)
    } catch {
      if case .clockDiffers = error { untimely = (ClockReading(clock), error) }
      throw .authority(error)
    }
    untimely = nil
    do {
      let chain = try signed.presented.map { try Certificate(derEncoded: $0.der) }
      let next = try NodeCertificate(key: chosen, chain: chain)
      // What it takes the place of is kept beside it, where that was not used and there is no other.
      let before = try store.read(tpm, at: now())
      if before.current == nil, before.faults.isEmpty, before.next != nil { try store.promote() }
      try store.keep(next: next)
      schedule(next, isNew: true)
    } catch let error as NodeIdentityError {
      throw .identity(error)
    } catch {
      throw .identity(.certificate("\(error)"))
    }
    log.notice("a certificate was issued", metadata: ["key": "\(chosen.custody.rawValue)"])
  }

  /// Why nobody is asked for a certificate now: the last one was not valid by the wall clock, and until somebody sets a
  /// clock the next would not be either. Whose clock is wrong is not known, so it is tried again within the hour.
  private var faultOfClock: OpenBaoError? {
    guard let untimely else { return nil }
    let now = ClockReading(clock)
    guard now.boot - untimely.at.boot < .seconds(3600), !now.isSet(since: untimely.at) else { return nil }
    return untimely.error
  }

  /// The key to have certified: durable before anybody is asked.
  private func key(_ kept: NodeKey?) async throws(IdentityError) -> NodeKey {
    if let kept { return kept }
    do throws(NodeIdentityError) {
      let key = if let tpm { try await NodeTPM(tpm).makeKey() } else { try NodeKey.makeForFile() }
      try store.keep(
        pending: key, consent: settings.allowsFileKey ? FileKeyConsent(givenBy: "the settings' FileKey=yes") : nil)
      return key
    } catch {
      throw .identity(error)
    }
  }

  /// The certificates to log in with: the node's own, and the one that the settings name.
  private func loginCertificates(
    _ found: StoredIdentity, _ authority: NodeAgentSettings.Authority
  ) async throws(IdentityError) -> LoginCertificates {
    let own = try await ownCertificate(found)
    guard let login = authority.login else { return LoginCertificates(own: own) }
    do throws(IdentityError) {
      let file = try LoginFile(login)
      return LoginCertificates(
        own: own,
        named: .init(identity: file.client, fact: .lifetime(notBefore: file.notBefore, notAfter: file.notAfter)))
    } catch {
      // The files may be gone once they have done their work; where nothing else logs in, they are what is missing.
      let hasOthers = authority.enrollment.kubernetes != nil || authority.enrollment.appRole != nil
      guard own.identity != nil || hasOthers else { throw error }
      return LoginCertificates(own: own, named: .init(fact: .unusable(error.description)))
    }
  }

  private func ownCertificate(_ found: StoredIdentity) async throws(IdentityError) -> LoginCertificates.Known {
    guard let own = found.usable(at: now()).first else {
      guard let expired = found.next ?? found.current else {
        return .init(fact: found.faults.first.map { .unusable($0.description) } ?? .none)
      }
      return .init(fact: .lifetime(notBefore: expired.notBefore, notAfter: expired.notAfter))
    }
    guard try await isOurs(own.key) else { return .init(fact: .unusable("its key is not this TPM's")) }
    do throws(NodeIdentityError) {
      let pieces = try TLSIdentity(own, anchors: [])
      return .init(
        identity: ClientIdentity(chain: pieces.certificateChain, key: pieces.privateKey),
        fact: .lifetime(notBefore: own.notBefore, notAfter: own.notAfter))
    } catch {
      throw .identity(error)
    }
  }

  /// The attestation key that was kept. A file that is damaged is as none: another key serves as well.
  private func keptAttestationKey() throws(NodeIdentityError) -> AttestationKey? {
    do throws(NodeIdentityError) {
      return try store.attestationKey()
    } catch .file(let path, let words) {
      log.warning("\(path): \(words); another attestation key is made")
      return nil
    }
  }

  /// The attestation key: made once, and again where the TPM is another or was cleared.
  func attesting() async throws(NodeIdentityError) -> (NodeTPM, AttestationKey)? {
    guard let tpm else { return nil }
    let node = NodeTPM(tpm)
    if let attestationKey { return (node, attestationKey) }
    if let kept = try keptAttestationKey(), try await node.holds(kept) {
      attestationKey = kept
      return (node, kept)
    }
    let made = try await node.makeAttestationKey()
    try store.keep(attestationKey: made)
    attestationKey = made
    return (node, made)
  }
}

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
  /// Has a request signed, given what there is to log in with by certificate and what is known of that.
  typealias Issuing =
    @Sendable (SigningRequest, ClientIdentity?, EnrollmentFacts.Certificate) async throws(OpenBaoError) ->
    SignedCertificate

  private var settings: NodeAgentSettings
  private let store: IdentityStore
  private let tpm: TPM?
  private let log: Logger
  private let clock: AgentClock
  private let issuer: @Sendable (NodeAgentSettings) -> Issuing?
  private var issuing: Issuing?
  private var attestationKey: AttestationKey?
  /// The key that the TPM was last seen to hold.
  private var heldKey: NodeKey?
  private var isTidy = false
  private var renewal: RenewalSchedule?
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
    let isForeign = if let shown = found.usable(at: now()).first { try await !isOurs(shown.key) } else { false }
    if found.usable(at: now()).isEmpty || isForeign {
      for fault in found.faults { log.warning("\(fault)") }
      guard settings.authority != nil else { throw .noCertificate(found.faults.map(\.description)) }
      try await issue(fingerprint: fingerprint, renewing: nil)
      found = try stored()
    }
    guard let shown = found.usable(at: now()).first else { throw .noCertificate(found.faults.map(\.description)) }
    return (shown, [found.next, found.current].compactMap { $0?.key })
  }

  /// Whether the node can use a key: one in the TPM must be this TPM's.
  private func isOurs(_ key: NodeKey) async throws(IdentityError) -> Bool {
    guard key.custody == .tpm, let tpm, key != heldKey else { return true }
    do throws(NodeIdentityError) {
      guard try await NodeTPM(tpm).holds(key) else {
        log.warning("the node's key is not this TPM's: the board was changed or the TPM cleared; another one is made")
        return false
      }
    } catch {
      throw .identity(error)
    }
    heldKey = key
    return true
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

  /// The operator welcomed a session with this certificate: where it was the next one, it is the current one now.
  public func used(_ certificate: NodeCertificate) throws(IdentityError) {
    guard try stored().next?.leaf == certificate.leaf else { return }
    do throws(NodeIdentityError) { try store.promote() } catch { throw .identity(error) }
    log.info("the new certificate was used, and is the current one now")
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

  /// The certificate that is shown, for whoever asks.
  func shownStatus() -> AgentStatus.Certificate? {
    let now = ClockReading(clock)
    guard let shown = try? stored().usable(at: now.wall).first else { return nil }
    let date: Int64? =
      settings.authority == nil ? nil : now.wall + schedule(of: shown).left(at: now).components.seconds
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
  /// - Returns: whether it is for another key than the current one.
  @discardableResult
  public func renew(fingerprint: String) async throws(IdentityError) -> Bool {
    let current = try stored().usable(at: now()).first
    let key = try await ours(current?.key.custody == .tpm ? current?.key : nil)
    try await issue(fingerprint: fingerprint, renewing: key)
    return key == nil
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
    let (identity, certificate) = try await login(found, authority)
    let signed: SignedCertificate
    do throws(OpenBaoError) {
      signed = try await issuing(
        SigningRequest(mount: authority.mount, role: authority.role, csr: request.der, lifetime: authority.lifetime),
        identity, certificate)
    } catch {
      if case .clockDiffers = error { untimely = (ClockReading(clock), error) }
      throw .authority(error)
    }
    untimely = nil
    do {
      let chain = try signed.presented.map { try Certificate(derEncoded: $0.der) }
      let next = try NodeCertificate(key: chosen, chain: chain)
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

  /// What the login by certificate shows, and what is known of it: the node's own certificate, else the one that the
  /// settings name.
  private func login(
    _ found: StoredIdentity, _ authority: NodeAgentSettings.Authority
  ) async throws(IdentityError) -> (ClientIdentity?, EnrollmentFacts.Certificate) {
    let own = found.usable(at: now()).first
    if let own, try await isOurs(own.key) {
      do throws(NodeIdentityError) {
        let pieces = try TLSIdentity(own, anchors: [])
        return (
          ClientIdentity(chain: pieces.certificateChain, key: pieces.privateKey),
          .lifetime(notBefore: own.notBefore, notAfter: own.notAfter)
        )
      } catch {
        throw .identity(error)
      }
    }
    if let login = authority.login {
      let identity = try LoginFile(login)
      return (identity.client, .lifetime(notBefore: identity.notBefore, notAfter: identity.notAfter))
    }
    guard own == nil else { return (nil, .unusable("its key is not this TPM's")) }
    guard let expired = found.next ?? found.current else {
      return (nil, found.faults.first.map { .unusable($0.description) } ?? .none)
    }
    return (nil, .lifetime(notBefore: expired.notBefore, notAfter: expired.notAfter))
  }

  /// The attestation key: made once, and again where the TPM is another or was cleared.
  func attesting() async throws(NodeIdentityError) -> (NodeTPM, AttestationKey)? {
    guard let tpm else { return nil }
    let node = NodeTPM(tpm)
    if let attestationKey { return (node, attestationKey) }
    if let kept = try store.attestationKey(), try await node.holds(kept) {
      attestationKey = kept
      return (node, kept)
    }
    let made = try await node.makeAttestationKey()
    try store.keep(attestationKey: made)
    attestationKey = made
    return (node, made)
  }
}

extension NodeAgentSettings {
  /// How a certificate is got, with what has to outlive the program in the state's folder; `nil` where nobody issues
  /// any.
  fileprivate func issuing(over group: any EventLoopGroup, _ clock: AgentClock) -> IdentityKeeper.Issuing? {
    guard let authority else { return nil }
    var settings = authority.enrollment
    settings.appRole?.secretIDFile = "\(stateFolder)/secret-id"
    let enrollment = Enrollment(settings, now: { clock.wall().seconds })
    return { (request, identity, login) async throws(OpenBaoError) in
      let client = OpenBaoClient(authority.endpoint, identity: identity, group: group)
      let signed: Result<SignedCertificate, OpenBaoError>
      do throws(OpenBaoError) {
        signed = .success(try await enrollment.issue(request, from: client, certificate: login))
      } catch {
        signed = .failure(error)
      }
      await client.shutDown()
      return try signed.get()
    }
  }
}

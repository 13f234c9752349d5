/// What the key server allowed last, and how it stands at the operator's time. Pure: the caller saves `update` before it relies
/// on it, and gives it back after a restart.
public struct EntitlementCache: Sendable, Hashable {
  /// Why an update is not believed. What was held before stays.
  public enum Fault: Error, Sendable, Hashable {
    /// The signature does not hold.
    case signature(SignatureError)
    /// It is for another licensee.
    case otherLicensee(String)
    /// It does not repeat the nonce of the last report.
    case otherNonce
    /// It was issued before the one that is held: when either was. The key server's clock was set back.
    case older(issued: ServerTime, held: ServerTime)
    /// It had run out when it came.
    case runOut
    /// Its times are out of order, or it is of a version that is not spoken.
    case malformed
  }

  /// How an entitlement stands.
  public enum Standing: Sendable, Hashable {
    /// None was ever had.
    case none
    /// In force until then.
    case current(until: ServerTime)
    /// Run out, and the operator goes on granting until then.
    case grace(until: ServerTime)
    /// Run out then, grace included.
    case lapsed(at: ServerTime)
  }

  /// Who the operator is to the key server.
  public let licensee: String
  /// The key server's key, DER SubjectPublicKeyInfo.
  public let key: [UInt8]
  /// The update that is held, as it came.
  public private(set) var update: Lowlayer_Keyserver_V1_EntitlementUpdate?
  /// What it allows.
  public private(set) var entitlement: Lowlayer_Keyserver_V1_Entitlement?

  /// A cache with what was saved; an update that no longer verifies is dropped.
  public init(licensee: String, key: [UInt8], saved: Lowlayer_Keyserver_V1_EntitlementUpdate? = nil) {
    self.licensee = licensee
    self.key = key
    if let saved, let entitlement = try? verified(saved) { (update, self.entitlement) = (saved, entitlement) }
  }

  /// Believes an update at `now`, and holds it. `nonce` is that of the operator's newest report.
  public mutating func accept(
    _ update: Lowlayer_Keyserver_V1_EntitlementUpdate, nonce: [UInt8], at now: ServerTime
  ) throws(Fault) {
    let next = try verified(update)
    guard Ratchet.equal(Array(next.nonce), nonce) else { throw .otherNonce }
    if let entitlement, next.issuedAtNs < entitlement.issuedAtNs {
      throw .older(
        issued: ServerTime(nanoseconds: next.issuedAtNs), held: ServerTime(nanoseconds: entitlement.issuedAtNs))
    }
    guard now.nanoseconds < next.graceUntilNs else { throw .runOut }
    (self.update, entitlement) = (update, next)
  }

  /// How it stands at `now`.
  public func standing(at now: ServerTime) -> Standing {
    guard let entitlement else { return .none }
    let end = ServerTime(nanoseconds: entitlement.notAfterNs)
    let graceEnd = ServerTime(nanoseconds: entitlement.graceUntilNs)
    if now < end { return .current(until: end) }
    return now < graceEnd ? .grace(until: graceEnd) : .lapsed(at: graceEnd)
  }

  /// What `organisation` may take at `now`.
  public func allowance(for organisation: String, at now: ServerTime) throws(LicenseRefusal) -> SeatAllowance {
    switch standing(at: now) {
    case .none: throw .noEntitlement(organisation: organisation, "the operator has no entitlement from its key server")
    case .lapsed(let end):
      throw .noEntitlement(organisation: organisation, "the entitlement and its grace ended at \(end.words)")
    case .current, .grace: break
    }
    guard let mode = entitlement?.mode.granted,
      let allowed = entitlement?.organisations.first(where: { $0.organisation == organisation })
    else { throw .noEntitlement(organisation: organisation, "the key server's entitlement does not name it") }
    if mode == .native { throw .nativeMode(organisation: organisation) }
    let limit = allowed.nodesLimit == 0 ? nil : allowed.nodesLimit
    return SeatAllowance(mode: mode, included: allowed.nodesIncluded, limit: limit)
  }

  /// A grant's not-after: `length` from now, and never past the entitlement's grace.
  public func grantEnd(at now: ServerTime, length: Duration) -> ServerTime? {
    switch standing(at: now) {
    case .none, .lapsed: nil
    case .current, .grace:
      entitlement.map { min(now + length, ServerTime(nanoseconds: $0.graceUntilNs)) }
    }
  }

  private func verified(
    _ update: Lowlayer_Keyserver_V1_EntitlementUpdate
  ) throws(Fault) -> Lowlayer_Keyserver_V1_Entitlement {
    let next: Lowlayer_Keyserver_V1_Entitlement
    do throws(SignatureError) { next = try EntitlementSignature.verify(update, key: key) } catch {
      throw .signature(error)
    }
    guard next.licensee == licensee else { throw .otherLicensee(next.licensee) }
    // An operator above that is in its grace answers with a not-after that is over: what it may, and no longer.
    guard next.issuedAtNs < next.graceUntilNs, next.notAfterNs <= next.graceUntilNs, next.mode.granted != nil,
      ProtocolVersion.spoken.contains(next.protocol)
    else { throw .malformed }
    return next
  }
}

extension Lowlayer_Keyserver_V1_Mode {
  /// The mode as a grant says it; `nil` for one that is not known here.
  var granted: Lowlayer_Agent_V1_Mode? {
    switch self {
    case .native: .native
    case .platform: .platform
    case .enterprise: .enterprise
    case .unspecified, .UNRECOGNIZED: nil
    }
  }
}

import LicenseProtocol
public import PKI

/// An organisation: the intermediate that issues its nodes' certificates *is* the organisation.
public struct Organisation: Sendable, Hashable {
  /// The common name of its issuer, as it stands: `org-acme`, `platform`.
  public var name: String
  /// The issuer's self-signed twin: what chains are anchored at.
  public var anchor: IssuedCertificate
  /// Its issuer's revocation lists.
  public var revocationLists: [RevocationList]

  /// An organisation.
  public init(anchor: IssuedCertificate, revocationLists: [RevocationList] = []) {
    name = anchor.commonName
    self.anchor = anchor
    self.revocationLists = revocationLists
  }
}

/// The organisations that are let in, and the serial numbers that are not.
public struct Organisations: Sendable, Hashable {
  /// Each with its own name and its own key.
  public private(set) var all: [Organisation]
  /// Certificates that are refused without a revocation list: organisation and serial number in lower-case hexadecimal.
  public private(set) var denied: Set<DeniedSerial>

  /// A certificate that is refused.
  public struct DeniedSerial: Sendable, Hashable {
    /// The organisation's name.
    public var organisation: String
    /// The serial number in lower-case hexadecimal, without leading zero bytes.
    public var serial: String
  }

  /// Organisations.
  public init(_ all: [Organisation] = [], denied: Set<DeniedSerial> = []) {
    self.all = all
    self.denied = denied
  }

  /// The organisation whose anchor that is.
  public func organisation(anchoredAt der: [UInt8]) -> Organisation? { all.first { $0.anchor.der == der } }

  /// Judges a client's chain, leaf first: which organisation's node it is, or why nobody's.
  /// - Parameter now: seconds since 1970.
  public func judge(_ chain: [IssuedCertificate], at now: Int64) async -> Result<Admission, Refused> {
    guard let leaf = chain.first else { return .failure(Refused(reasons: ["no certificate was shown"])) }
    let verification = ChainVerification(
      anchors: all.map(\.anchor), intermediates: Array(chain.dropFirst()), usage: .client,
      revocationLists: all.flatMap(\.revocationLists), at: now)
    switch await verification.verify(leaf) {
    case .refused(let reasons): return .failure(Refused(reasons: reasons))
    case .accepted(let verified):
      guard let anchor = verified.last, let organisation = organisation(anchoredAt: anchor.der) else {
        return .failure(Refused(reasons: ["the chain ends at none of the organisations"]))
      }
      if let words = denial(organisation: organisation.name, serial: leaf.serial) {
        return .failure(Refused(reasons: [words]))
      }
      return .success(Admission(organisation: organisation.name, chain: verified))
    }
  }

  /// Why a certificate of a session that is already there is good no longer; `nil` where it still is.
  func denial(organisation name: String, serial: String) -> String? {
    guard let organisation = all.first(where: { $0.name == name }) else {
      return "the organisation \(name) is not known here any more"
    }
    if denied.contains(DeniedSerial(organisation: name, serial: serial)) {
      return "the certificate with serial \(serial) is on the operator's list of revoked ones"
    }
    // A list that is not the issuer's own refuses every handshake; here only what it names matters.
    let list = organisation.revocationLists.filter { $0.isSigned(by: organisation.anchor) }.newest
    if let list, list.entries.contains(where: { $0.serial == serial }) {
      return "the certificate with serial \(serial) was revoked by \(name)"
    }
    return nil
  }

  /// The refusal of a session that is already there; `nil` where its certificate is still good.
  func refusal(of peer: Peer) -> LicenseRefusal? {
    guard denial(organisation: peer.organisation, serial: peer.serial) != nil else { return nil }
    let isKnown = all.contains { $0.name == peer.organisation }
    return isKnown ? .certificateRevoked(serial: peer.serial) : .organisationUnknown
  }

  /// A chain that is good.
  public struct Admission: Sendable, Hashable {
    /// Whose node it is.
    public var organisation: String
    /// Leaf first, anchor last.
    public var chain: [IssuedCertificate]
  }

  /// A chain that is not.
  public struct Refused: Error, Sendable, Hashable {
    /// Why, at least one.
    public var reasons: [String]
  }
}

import BaseEncodings
import BootImage
public import PKI
import PrivateKeys
import SecretMemory

/// Brings a cluster's certificates to what they must be: `ll-bootimage pki init`, `issue` and `revoke`.
///
/// Whatever is interrupted is finished by the next run: new keys are durable before anything is signed for them, the public folder is exchanged
/// whole, and a key that does not fit its certificate, or has none, is what the next plan begins with.
public struct CertificateWork {
  let session: DeskSession
  let now: Int64
  private let root: RootAccess
  private var rootKey: PrivateKey?
  private var authorityKeys: [Authority: PrivateKey] = [:]
  var record: CertificateRecord
  /// What was done so far.
  var changes: [DeskChange] = []
  /// Whether the clock may be more than a year after the desk's last work.
  public var trustsClock = false
  /// Told after every certificate: how many of how many.
  public var progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }

  /// Work at the desk of `session` at the time `now`, in seconds since 1970.
  public init(_ session: DeskSession, root: RootAccess, at now: Int64) {
    self.session = session
    self.root = root
    self.now = now
    record = session.record
  }

  /// What an issuing run is asked for besides what the cluster file says.
  public struct Request: Sendable {
    /// An organisation that gets an authority, or other names for it.
    public var organizations: [String: OrganizationNames] = [:]
    /// Administrators that there are from now on.
    public var administrators: Set<String> = []
    /// Certificates that are renewed, with the same key.
    public var renew: Set<String> = []
    /// Certificates that are replaced, key and all.
    public var rekey: Set<String> = []

    /// Nothing but what the cluster file says.
    public init() {}
  }

  /// Issues what is missing, due, changed or asked for.
  public mutating func issue(_ request: Request = Request()) throws(DeskError) -> [DeskChange] {
    try checkClock()
    for name in request.administrators.union(request.organizations.keys).sorted() where !Self.isLabel(name) {
      throw .refused("'\(name)' cannot be a name here: lower-case letters, digits and '-', 1 to 40 of them")
    }
    for (name, names) in request.organizations {
      try DeskError.refusing("organisation \(name)") { () throws(PKIError) in try names.check() }
      record.organizations[name] = names
    }
    record.administrators.formUnion(request.administrators)
    let session = session
    let record = record
    var plan = try CertificatePlan(
      cluster: session.cluster, record: record,
      wishes: CertificatePlan.Wishes(renew: request.renew, rekey: request.rekey), at: now,
      hasKey: { session.secrets.has(SecretName.key(of: $0)) },
      publicKey: { (subject) throws(DeskError) in
        // The root's key is elsewhere, and asked for only when it must sign.
        if subject == .authority(.root) { return nil }
        return try Self.key(of: subject, in: session)?.publicKeyDER
      })
    if plan.needsRootOnlySoon, !root.isAtHand {
      plan.postponeRoot()
      changes.append(
        DeskChange(
          name: Authority.managementCluster.commonName,
          words: "due, and the root's key is not at hand: `ll-bootimage pki issue --root-passphrase-file …`",
          isWarning: true))
    }
    if plan.needsRoot {
      // A desk that has signed anything has a root already, wherever its key is.
      let isNew = !session.secrets.names.contains { $0.hasPrefix("certificate/") }
      rootKey = try root.key(
        at: session.paths.rootKey, mayBeMade: isNew && record.certificate(.authority(.root)) == nil)
      try checkRootKey()
    }
    try makeKeys(plan)
    let nodes = Dictionary(session.cluster.nodes.map { ($0.name, $0) }) { first, _ in first }
    for (index, step) in plan.steps.enumerated() {
      try carryOut(step, on: nodes[step.subject.node ?? ""])
      progress(index + 1, plan.steps.count)
    }
    try updateLists(mustHaveRoot: plan.needsRoot)
    try finish()
    for name in plan.departed {
      changes.append(
        DeskChange(
          name: name, words: "the cluster has no such node any more: `ll-bootimage pki revoke \(name)`", isWarning: true
        ))
    }
    return changes
  }

  /// Takes back the certificates that are called `names`, or have these serial numbers.
  public mutating func revoke(_ names: [String], reason: RevocationReason) throws(DeskError) -> [DeskChange] {
    try checkClock()
    var gone: [String] = []
    for wanted in names {
      guard let name = record.certificates[wanted] != nil ? wanted : named(serial: wanted) else {
        let known = record.revoked.contains { $0.name == wanted || $0.serial == wanted.lowercased() }
        throw .refused(
          known ? "'\(wanted)' is revoked already" : "no certificate is called '\(wanted)', and none has that serial")
      }
      guard name != Authority.root.commonName else {
        throw .refused("nothing stands above the root that could revoke it: docs/operations.md, a lost root")
      }
      gone.append(name)
    }
    for name in gone {
      takeBack(name, reason: reason)
      if let organization = record.organizations.keys.first(where: { Authority.organization($0).commonName == name }) {
        record.organizations[organization] = nil
      }
      record.administrators = record.administrators.filter { CertificateSubject.administrator($0).name != name }
      changes.append(DeskChange(name: name, words: "revoked (\(reason))"))
    }
    let needsRoot = gone.contains(Authority.managementCluster.commonName)
    if needsRoot {
      rootKey = try root.key(at: session.paths.rootKey, mayBeMade: false)
      try checkRootKey()
    }
    try updateLists(mustHaveRoot: needsRoot)
    // The key goes first: were it the other way round, a run that is interrupted would leave a revoked key to be certified again.
    for name in gone { session.secrets.remove("certificate/\(name).key") }
    try finish()
    return changes
  }

  private func checkRootKey() throws(DeskError) {
    guard let certificate = record.certificate(.authority(.root)), let rootKey else { return }
    guard rootKey.publicKeyDER == certificate.publicKeyDER else {
      throw .refused("\(session.paths.rootKey) is the key of another root")
    }
  }

  private func named(serial: String) -> String? {
    record.certificates.first { $0.value.certificate.serial == serial.lowercased() }?.key
  }

  private mutating func takeBack(_ name: String, reason: RevocationReason) {
    guard let entry = record.certificates[name] else { return }
    let certificate = entry.certificate
    record.certificates[name] = nil
    let all = entry.former + [CertificateRecord.Former(serial: certificate.serial, notAfter: certificate.notAfter)]
    for one in all where one.notAfter > now {
      record.revoked.append(
        CertificateRecord.Revoked(
          name: name, issuer: certificate.issuerCommonName, serial: one.serial, at: now, reason: "\(reason)",
          notAfter: one.notAfter))
    }
  }

  /// Makes the keys that are missing, and makes them durable, before anything is signed for them.
  private mutating func makeKeys(_ plan: CertificatePlan) throws(DeskError) {
    for step in plan.steps where step.newKey {
      var curve = KeyCurve.p256
      if case .authority(let authority) = step.subject { curve = authority.curve }
      let key = try DeskError.onMachine { () throws(PrivateKeyError) in try PrivateKey.generate(curve).der() }
      try session.secrets.set(SecretName.key(of: step.subject), to: key)
    }
    if !plan.steps.isEmpty { beginGeneration() }
    try session.saveSecrets()
  }

  private mutating func carryOut(_ step: CertificatePlan.Step, on node: ClusterDefinition.Node?) throws(DeskError) {
    let subject = step.subject
    let old = record.certificates[subject.name]
    guard let key = try key(of: subject) else {
      throw .refused("\(subject.name): its private key is not on the desk")
    }
    let issuer = subject.issuer
    let above = issuer.flatMap { record.certificate(.authority($0)) }
    var aboveKey: PrivateKey?
    if let issuer { aboveKey = try self.key(of: .authority(issuer)) }
    let now = now
    let cluster = session.cluster
    let names = organizationNames(subject)
    let entry = try DeskError.refusing(subject.name) { () throws(PKIError) in
      let certificate: IssuedCertificate
      var anchor: IssuedCertificate?
      switch (subject, above, aboveKey) {
      case (.authority(.root), _, _): certificate = try Issuing.root(key, at: now)
      case (.authority(let authority), let above?, let aboveKey?):
        certificate = try Issuing.authority(
          authority, cluster: cluster.name, key: key, names: names, issuer: above, issuerKey: aboveKey, at: now)
        if authority != .managementCluster { anchor = try Issuing.twin(of: certificate, key: key) }
      case (_, let above?, let aboveKey?):
        guard let profile = CertificatePlan.leafProfile(of: subject, on: node, domain: cluster.domain) else {
          throw PKIError.namesMissing(subject.name)
        }
        certificate = try Issuing.leaf(
          profile, cluster: cluster.name, key: key, issuer: above, issuerKey: aboveKey, at: now)
      default: throw PKIError.namesMissing(issuer?.commonName ?? subject.name)
      }
      return CertificateRecord.Entry(
        certificate: certificate, anchor: anchor, profile: step.profile,
        issuerKey: Hexadecimal.text((above ?? certificate).subjectKeyIdentifier))
    }
    var issued = entry
    var isReplaced = false
    if let old {
      // The old one lives on where it says the same about the same key, and is taken back otherwise.
      isReplaced =
        old.certificate.publicKeyDER != entry.certificate.publicKeyDER || old.profile != entry.profile
        || old.certificate.issuerCommonName != entry.certificate.issuerCommonName
      if isReplaced {
        takeBack(subject.name, reason: .superseded)
      } else {
        let last = CertificateRecord.Former(serial: old.certificate.serial, notAfter: old.certificate.notAfter)
        issued.former = (old.former + [last]).filter { $0.notAfter > now }
      }
    }
    record.certificates[subject.name] = issued
    let days = (entry.certificate.notAfter - now) / 86_400
    changes.append(
      DeskChange(
        name: subject.name,
        words: (old == nil ? "issued" : isReplaced ? "replaced, the old one revoked," : "renewed") + " for \(days) days"
          + (step.reason == "new" ? "" : ": \(step.reason)")))
  }

  private func organizationNames(_ subject: CertificateSubject) -> OrganizationNames? {
    guard case .authority(.organization(let name)) = subject else { return nil }
    return record.organizations[name]
  }

  mutating func key(of subject: CertificateSubject) throws(DeskError) -> PrivateKey? {
    guard case .authority(let authority) = subject else { return try Self.key(of: subject, in: session) }
    if authority == .root { return rootKey }
    if let key = authorityKeys[authority] { return key }
    let key = try Self.key(of: subject, in: session)
    authorityKeys[authority] = key
    return key
  }

  /// The private key of `subject` on the desk; the root's is elsewhere.
  static func key(of subject: CertificateSubject, in session: DeskSession) throws(DeskError) -> PrivateKey? {
    guard let der = try session.secrets.value(SecretName.key(of: subject)) else { return nil }
    return try DeskError.refusing("the key of \(subject.name)") { () throws(PrivateKeyError) in try PrivateKey(der: der)
    }
  }

  /// The secrets and the record count together, so that one of another time is recognised.
  private func beginGeneration() {
    let next = max(session.record.generation + 1, session.secrets.generation)
    if session.secrets.generation != next { session.secrets.generation = next }
  }

  /// Publishes what changed.
  private mutating func finish() throws(DeskError) {
    guard record.text != session.record.text else { return try session.saveSecrets() }
    beginGeneration()
    try session.saveSecrets()
    record.generation = session.secrets.generation
    record.isLab = session.secrets.isLab
    try CertificateFolder.write(record, to: session.paths, replacing: session.record)
    session.record = record
  }

  /// A name that goes into file names and subjects.
  static func isLabel(_ name: String) -> Bool {
    (1...40).contains(name.utf8.count) && name.first != "-" && name.last != "-"
      && name.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || $0 == UInt8(ascii: "-")
      }
  }
}

import BaseEncodings
import BootImage
import PKI

/// Which certificates a cluster must have, and what is to be done about each: computed from the cluster, what there is, and the time.
struct CertificatePlan {
  /// What is wanted besides what the cluster file says.
  struct Wishes: Sendable {
    /// Names whose certificates are renewed though they need not be.
    var renew: Set<String> = []
    /// Names that get a new key too, their certificates revoked.
    var rekey: Set<String> = []
  }

  /// One thing to do.
  struct Step {
    var subject: CertificateSubject
    var profile: String
    /// Whether a new key is made.
    var newKey: Bool
    /// Why the certificate is issued.
    var reason: String
    /// Whether it is only due, and nothing is wrong until its end.
    var canWait = false
  }

  /// What is issued, issuers before what they sign.
  private(set) var steps: [Step] = []
  /// Certificates of nodes that the cluster has no longer.
  private(set) var departed: [String] = []
  /// Everything that must have a certificate.
  let subjects: [CertificateSubject]

  init(
    cluster: ClusterDefinition, record: CertificateRecord, wishes: Wishes, at now: Int64,
    hasKey: (CertificateSubject) -> Bool, publicKey: (CertificateSubject) throws(DeskError) -> [UInt8]?
  ) throws(DeskError) {
    subjects = Self.subjects(cluster: cluster, record: record)
    let nodes = Dictionary(cluster.nodes.map { ($0.name, $0) }) { first, _ in first }
    let known = Set(subjects.map(\.name))
    let unknown = wishes.renew.union(wishes.rekey).subtracting(known).sorted()
    if !unknown.isEmpty {
      throw .refused(
        "nothing here is called \(unknown.joined(separator: ", ")): `ll-bootimage pki show` lists the names")
    }
    if wishes.rekey.union(wishes.renew).contains(Authority.root.commonName) {
      throw .refused(
        "a new root is a new hierarchy: begin another desk, and change over the anchors by docs/operations.md")
    }
    var rekeyed: Set<Authority> = []
    for subject in subjects {
      let profile = Self.profile(
        of: subject, on: nodes[subject.node ?? ""], cluster: cluster, organizations: record.organizations)
      let newKey = wishes.rekey.contains(subject.name) || subject != .authority(.root) && !hasKey(subject)
      let entry = record.certificates[subject.name]
      var reason: String?
      var isOtherKey = false
      var canWait = false
      if let entry {
        let certificate = entry.certificate
        if let issuer = subject.issuer, rekeyed.contains(issuer) || Self.issuerKey(issuer, record) != entry.issuerKey {
          reason = "its issuer has a new key"
        }
        if entry.profile != profile { reason = "what it is for has changed" }
        if subject != .authority(.root), certificate.needsRenewal(at: now) {
          let days = max(0, certificate.notAfter - now) / 86_400
          canWait = reason == nil && certificate.notAfter > now
          reason = certificate.notAfter <= now ? "it had expired" : "\(days) days were left"
        }
        if wishes.renew.contains(subject.name) { (reason, canWait) = ("asked for", false) }
        if newKey {
          reason = wishes.rekey.contains(subject.name) ? "asked for, with a new key" : "its key was missing"
        } else if let key = try publicKey(subject), key != certificate.publicKeyDER {
          isOtherKey = true
          reason = "its key is another one"
        }
      } else {
        reason = "new"
      }
      guard let reason else { continue }
      steps.append(
        Step(subject: subject, profile: profile, newKey: newKey, reason: reason, canWait: canWait && !newKey))
      let changesKey = newKey || isOtherKey || entry == nil
      if changesKey, case .authority(let authority) = subject { rekeyed.insert(authority) }
    }
    departed = record.certificates.keys.filter { !known.contains($0) }.sorted()
  }

  /// Whether the root has something to sign.
  var needsRoot: Bool { !rootSteps.isEmpty }

  /// Whether the root has something to sign, but nothing that could not wait for its key.
  var needsRootOnlySoon: Bool { needsRoot && rootSteps.allSatisfy(\.canWait) }

  private var rootSteps: [Step] {
    steps.filter { $0.subject == .authority(.root) || $0.subject == .authority(.managementCluster) }
  }

  /// Leaves out what the root would sign.
  mutating func postponeRoot() { steps.removeAll { $0.subject == .authority(.managementCluster) && $0.canWait } }

  /// Everything that must have a certificate, issuers before what they sign.
  static func subjects(cluster: ClusterDefinition, record: CertificateRecord) -> [CertificateSubject] {
    var subjects: [CertificateSubject] = [.authority(.root), .authority(.managementCluster)]
    subjects += Issuer.allCases.map { .authority(.issuer($0)) }
    subjects += record.organizations.keys.sorted().map { .authority(.organization($0)) }
    subjects += record.administrators.sorted().map { .administrator($0) }
    for node in cluster.nodes {
      if node.role == .master { subjects.append(.listener(node.name)) }
      subjects.append(.login(node.name))
    }
    return subjects
  }

  private static func issuerKey(_ issuer: Authority, _ record: CertificateRecord) -> String? {
    record.certificate(.authority(issuer)).map { Hexadecimal.text($0.subjectKeyIdentifier) }
  }

  /// What a certificate says, as one line: where it differs, another certificate is needed.
  static func profile(
    of subject: CertificateSubject, on node: ClusterDefinition.Node?, cluster: ClusterDefinition,
    organizations: [String: OrganizationNames] = [:]
  ) -> String {
    switch subject {
    case .authority(.organization(let name)):
      let names = organizations[name]
      return (["authority"] + (names?.dnsDomains ?? []) + (names?.addressRanges.map { "\($0)" } ?? []))
        .joined(separator: " ")
    case .authority: return "authority"
    default:
      guard let profile = leafProfile(of: subject, on: node, domain: cluster.domain) else { return "" }
      let addresses = profile.addresses.map { $0.map(String.init).joined(separator: ".") }
      return ([profile.commonName, profile.organizationalUnit ?? "-"] + profile.dnsNames + addresses)
        .joined(separator: " ")
    }
  }

  /// What a person or a node gets; `nil` for an authority, and for a node that the cluster does not have.
  static func leafProfile(
    of subject: CertificateSubject, on node: ClusterDefinition.Node?, domain: String
  ) -> LeafProfile? {
    switch subject {
    case .authority: nil
    case .administrator(let name): .administrator(name: name)
    case .listener(let name): node.map { .bootstrapListener(node: name, domain: domain, address: $0.address.bytes) }
    case .login(let name): node.map { .login(node: name, role: $0.role.rawValue) }
    }
  }
}

import Diagnostics
import FoundationEssentials
import LocalFiles
import X509

/// One certificate over many looks: files are read again only when they changed, and the chain is verified again only
/// then or when some certificate's time has begun or ended in between.
struct CertificateWatch {
  let wanted: PKIManifest.Certificate
  private var file: CertificateFile?
  private var anchor: CertificateFile?
  private var verified: (era: ChainVerification.Era, faults: [String])?
  /// How often the chain was verified: the measure of being cheap.
  private(set) var verifications = 0

  init(_ wanted: PKIManifest.Certificate) { self.wanted = wanted }

  mutating func status(at now: Date) async -> ReadinessStatus {
    let file = current(\.file, at: wanted.path) { CertificateFile.withKey($0) }
    let anchor = current(\.anchor, at: wanted.anchor) { CertificateFile.anchor($0) }
    var findings = file.faults.map { Finding(.error, $0, file: wanted.path) }
    findings += anchor.faults.map { Finding(.error, $0, file: wanted.anchor) }
    if let leaf = file.leaf {
      let missing = wanted.usage.missing(in: leaf)
      var faults = SubjectNames(leaf).faults(for: wanted)
      if !missing.isEmpty { faults.append("the extended key usage lacks \(missing.joined(separator: ", "))") }
      if let root = anchor.leaf {
        faults += await chainFaults(
          ChainVerification(
            leaf: leaf, intermediates: Array(file.certificates.dropFirst()), anchor: root, usage: wanted.usage),
          at: now)
      }
      findings += faults.map { Finding(.error, $0, file: wanted.path) }
    } else if let root = anchor.leaf {
      // With a clock before the desk's day nobody logs in and nothing is issued: the files are missing, and this is why.
      let faults = root.timeFaults(at: now, called: "the anchor \(root.shortName) ")
      findings += faults.map { Finding(.error, $0, file: wanted.anchor) }
    }
    return ReadinessStatus(name: wanted.name, path: wanted.path, findings: findings)
  }

  /// What is known of the file at `path`, read again where it changed; then what was verified no longer counts.
  private mutating func current(
    _ known: WritableKeyPath<CertificateWatch, CertificateFile?>, at path: String, read: (String) -> CertificateFile
  ) -> CertificateFile {
    let stamp = FileStamp(path: path)
    if let known = self[keyPath: known], let stamp, known.stamp == stamp { return known }
    let fresh = read(path)
    self[keyPath: known] = fresh
    verified = nil
    return fresh
  }

  private mutating func chainFaults(_ chain: ChainVerification, at now: Date) async -> [String] {
    let era = chain.era(at: now)
    if let verified, verified.era == era { return verified.faults }
    verifications += 1
    let faults = await chain.faults(at: now)
    verified = (era, faults)
    return faults
  }
}

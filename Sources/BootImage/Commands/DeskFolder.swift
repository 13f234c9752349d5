/// What the desk has made for a cluster, beside its file: the issuers' anchors, which are public.
public enum DeskFolder {
  /// The anchors in `pki/anchors/<issuer>.pem` beside the cluster file; those that are not there are missing, not wrong.
  public static func anchors(besideCluster path: String) throws(FileError) -> [Issuer: String] {
    var anchors: [Issuer: String] = [:]
    for issuer in Issuer.allCases {
      let file = "\(Path.parent(of: path))/pki/anchors/\(issuer.rawValue).pem"
      guard try HostFile.isThere(file) else { continue }
      guard let certificate = PublicCertificate(pem: try HostFile.read(file)) else {
        throw FileError("cannot use", file, reason: "an anchor is one certificate in PEM, and nothing else")
      }
      anchors[issuer] = certificate.pem
    }
    return anchors
  }
}

public import BootImage
import PKI

/// What of a desk a build takes: nothing that is secret.
public enum DeskFolder {
  /// What the desk at `paths` has for `cluster`, as of `now`; `bootstrap` as the build has it.
  public static func supplies(
    _ paths: DeskPaths, cluster: ClusterDefinition, bootstrap: Bool, at now: Int64
  ) throws(DeskError) -> DeskSupplies {
    // Not while another command is between its folders.
    let lock = try DeskError.onDisk { () throws(FileError) in
      HostFile.isFolder(paths.secretFolder) ? try FolderLock(holding: paths.secretFolder) : nil
    }
    defer { withExtendedLifetime(lock) {} }
    var supplies = DeskSupplies()
    let certificates = try CertificateFolder.read(paths, cluster: cluster.name)
    let sealed = try SealedFolder.read(paths, cluster: cluster.name)
    guard certificates?.isLab != true, sealed?.isLab != true else {
      throw .refused("\(paths.folder) is an INSECURE lab's desk: `build --lab` uses it, and nothing else")
    }
    let hasSecrets = try DeskError.onDisk { () throws(FileError) in try HostFile.isThere(paths.secrets) }
    supplies.isThere = certificates != nil || sealed != nil || hasSecrets || HostFile.isFolder(paths.identities)
    supplies.anchors = anchors(certificates)
    supplies.sealKeyID = sealed?.sealKeyID
    supplies.previousSealKeyID = sealed?.previousSealKeyID
    supplies.releaseKey = sealed?.releaseKey
    guard supplies.isThere else { return supplies }
    let check = SealedCheck(paths, cluster: cluster, certificates: certificates, sealed: sealed, at: now)
    let initialising = bootstrap ? cluster.masters.first?.name : nil
    for node in cluster.nodes {
      var forms: [SecretBundle: DeskSupplies.Form] = [:]
      do throws(SealedCheck.Refusal) {
        for bundle in SecretBundle.all(for: node.role) {
          forms[bundle] = try check.form(of: bundle, on: node, initialises: node.name == initialising)
        }
        supplies.bundles[node.name] = forms
      } catch {
        supplies.faults[node.name] = error.words
      }
      supplies.notes[node.name] = check.note(on: node, initialises: node.name == initialising)
    }
    return supplies
  }

  /// The issuers' anchors as PEM texts.
  static func anchors(_ record: CertificateRecord?) -> [Issuer: String] {
    var anchors: [Issuer: String] = [:]
    for issuer in Issuer.allCases {
      let anchor = record?.certificates[Authority.issuer(issuer).commonName]?.anchor
      anchors[issuer] = anchor.map { String(decoding: $0.pem, as: UTF8.self) }
    }
    return anchors
  }
}

public import BootImage
import Diagnostics
import Glibc
import PKI
import SealedObject

/// What of a desk a build takes: nothing that is secret.
public enum DeskFolder {
  /// What the desk at `paths` has for `cluster`; `bootstrap` as the build has it.
  public static func supplies(
    _ paths: DeskPaths, cluster: ClusterDefinition, bootstrap: Bool
  ) throws(DeskError) -> DeskSupplies {
    var supplies = DeskSupplies()
    let certificates = try CertificateFolder.read(paths, cluster: cluster.name)
    let sealed = try SealedFolder.read(paths, cluster: cluster.name)
    supplies.isThere = certificates != nil || sealed != nil || HostFile.isFolder(paths.identities)
    supplies.anchors = anchors(certificates)
    supplies.sealKeyID = sealed?.sealKeyID
    supplies.previousSealKeyID = sealed?.previousSealKeyID
    supplies.releaseKey = sealed?.releaseKey
    guard supplies.isThere else { return supplies }
    let initialising = bootstrap ? cluster.masters.first?.name : nil
    let present = Set(HostFile.names(in: paths.sealed) ?? [])
    for node in cluster.nodes {
      var forms: [SecretBundle: DeskSupplies.Form] = [:]
      for bundle in SecretBundle.all(for: node.role) {
        let name = SealedFolder.name(node.name, bundle)
        guard let known = sealed?.bundles[name], present.contains("\(name).pem"), present.contains("\(name).json")
        else {
          supplies.faults[node.name] = try fault(of: node.name, paths)
          break
        }
        let wanted = bundle.entries(
          initialises: node.name == initialising, rotates: supplies.previousSealKeyID != nil)
        let missing = Set(wanted).subtracting(known.entries)
        guard missing.isEmpty else {
          supplies.faults[node.name] =
            node.name == initialising
            ? "is to initialise the cluster, and was sealed for without that: `ll-bootimage seal --bootstrap`"
            : "was sealed for without \(missing.sorted().joined(separator: ", ")): `ll-bootimage seal`"
          break
        }
        switch try form(name, node: node.name, cluster: cluster.name, paths) {
        case .success(let form): forms[bundle] = form
        case .failure(let refusal): supplies.faults[node.name] = refusal.words
        }
      }
      if supplies.faults[node.name] == nil { supplies.bundles[node.name] = forms }
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

  private static func fault(of node: String, _ paths: DeskPaths) throws(DeskError) -> String {
    let path = paths.identity(of: node)
    if try DeskError.onDisk({ () throws(FileError) in try HostFile.isThere(path) }) {
      return "has an identity, and nothing is sealed to it yet: `ll-bootimage seal`"
    }
    return "has no identity: run `ll-tpm identity` on it, into \(path), then `ll-bootimage seal`; or --lab for an "
      + "insecure stand-in"
  }

  private struct Refusal: Error { var words: String }

  private static func form(
    _ name: String, node: String, cluster: String, _ paths: DeskPaths
  ) throws(DeskError) -> Result<DeskSupplies.Form, Refusal> {
    let file = "\(paths.sealed)/\(name).pem"
    let sidecar = "\(paths.sealed)/\(name).json"
    let (pem, json) = try DeskError.onDisk { () throws(FileError) in
      (try HostFile.read(file), try HostFile.read(sidecar))
    }
    let check = SealedPair.check(file: pem, named: file, sidecar: json, named: sidecar)
    guard let pair = check.pair else {
      let words = check.report.sorted.first.map { "\($0)" } ?? file
      return .failure(Refusal(words: "has sealed files that are refused: \(words)"))
    }
    guard pair.sidecar.cluster == cluster, pair.sidecar.node == node else {
      return .failure(
        Refusal(words: "has \(file), which is sealed for '\(pair.sidecar.node)' of '\(pair.sidecar.cluster)'"))
    }
    return .success(
      .sealed(file: String(decoding: pem, as: UTF8.self), sidecar: String(decoding: json, as: UTF8.self)))
  }
}

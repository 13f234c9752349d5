import BaseEncodings
import BootImage
import Crypto
import Diagnostics
import PKI
import SealedObject

/// Holds what is sealed for a node against what is known today: a config must not carry what its node can open no more, or should not have.
struct SealedCheck {
  /// Why a node's sealed files cannot be used, as words that follow its name.
  struct Refusal: Error { var words: String }

  private let paths: DeskPaths
  private let cluster: ClusterDefinition
  private let certificates: CertificateRecord?
  private let sealed: SealedRecord?
  private let now: Int64
  private let present: Set<String>

  init(
    _ paths: DeskPaths, cluster: ClusterDefinition, certificates: CertificateRecord?, sealed: SealedRecord?,
    at now: Int64
  ) {
    self.paths = paths
    self.cluster = cluster
    self.certificates = certificates
    self.sealed = sealed
    self.now = now
    present = Set(HostFile.names(in: paths.sealed) ?? [])
  }

  /// The sealed file and sidecar of `bundle`.
  func form(
    of bundle: SecretBundle, on node: ClusterDefinition.Node, initialises: Bool
  ) throws(Refusal) -> DeskSupplies.Form {
    let name = SealedFolder.name(node.name, bundle)
    guard let known = sealed?.bundles[name], present.contains("\(name).pem"), present.contains("\(name).json") else {
      throw Refusal(words: missing(node.name))
    }
    let wanted = bundle.entries(initialises: initialises, rotates: sealed?.previousSealKeyID != nil)
    let lacking = wanted.filter { known.entries[$0] == nil }
    guard lacking.isEmpty else {
      throw Refusal(
        words: initialises
          ? "is to initialise the cluster, and was sealed for without that: `ll-bootimage seal --bootstrap`"
          : "was sealed for without \(lacking.joined(separator: ", ")): `ll-bootimage seal`")
    }
    try checkIdentity(node.name, known)
    for (entry, id) in known.entries where wanted.contains(entry) { try checkEntry(entry, id, node) }
    return try files(name, node.name)
  }

  /// What somebody should look at, though the node boots; `nil` where there is nothing.
  func note(on node: ClusterDefinition.Node, initialises: Bool) -> String? {
    guard !initialises, let known = sealed?.bundles[SealedFolder.name(node.name, .openbao)] else { return nil }
    guard InitialisationSecret.allCases.contains(where: { known.entries[$0.rawValue] != nil }) else { return nil }
    return
      "carries, sealed, what a new cluster is initialised with, and does not need it: `ll-bootimage seal` without --bootstrap"
  }

  private func missing(_ node: String) -> String {
    let path = paths.identity(of: node)
    if (try? HostFile.isThere(path)) == true {
      return "has an identity, and nothing is sealed to it yet: `ll-bootimage seal`"
    }
    return "has no identity: run `ll-tpm identity` on it, into \(path), then `ll-bootimage seal`; or --lab for an "
      + "insecure stand-in"
  }

  /// The identity may be gone from the desk; where it is there it must be the one that was sealed for.
  private func checkIdentity(_ node: String, _ known: SealedRecord.Bundle) throws(Refusal) {
    let path = paths.identity(of: node)
    guard (try? HostFile.isThere(path)) == true, let bytes = try? HostFile.read(path) else { return }
    guard Hexadecimal.text(SHA256.hash(data: bytes)) == known.identity else {
      throw Refusal(words: "has another identity than it was sealed for: `ll-bootimage seal`")
    }
  }

  private func checkEntry(_ entry: String, _ id: String, _ node: ClusterDefinition.Node) throws(Refusal) {
    switch entry {
    case SecretBundle.sealKey, SecretBundle.previousSealKey:
      guard id == (entry == SecretBundle.sealKey ? sealed?.sealKeyID : sealed?.previousSealKeyID) else {
        throw Refusal(words: "was sealed another static key, \(id): `ll-bootimage seal`")
      }
    case SecretBundle.loginCertificate, SecretBundle.bootstrapListener:
      let subject: CertificateSubject =
        entry == SecretBundle.loginCertificate ? .login(node.name) : .listener(node.name)
      guard let certificates, let held = certificates.certificates[subject.name],
        NodeSecrets.id(of: subject, in: certificates) == id
      else {
        throw Refusal(words: "was sealed another certificate than \(subject.name) is now: `ll-bootimage seal`")
      }
      guard held.profile == CertificatePlan.profile(of: subject, on: node, cluster: cluster) else {
        throw Refusal(
          words:
            "has another name, address or role than its certificate \(subject.name): `ll-bootimage pki issue`, then `seal`"
        )
      }
      guard held.certificate.notAfter > now else {
        throw Refusal(
          words: "has a certificate that has expired, \(subject.name): `ll-bootimage pki issue`, then `seal`")
      }
    default: break
    }
  }

  private func files(_ name: String, _ node: String) throws(Refusal) -> DeskSupplies.Form {
    let file = "\(paths.sealed)/\(name).pem"
    let sidecar = "\(paths.sealed)/\(name).json"
    let pem: [UInt8]
    let json: [UInt8]
    do throws(FileError) {
      pem = try HostFile.read(file)
      json = try HostFile.read(sidecar)
    } catch {
      throw Refusal(words: "has sealed files that cannot be read: \(error)")
    }
    var pinned: ReleaseKey?
    if sealed?.policy != SealingPolicy.tpmOnly.words {
      guard let text = sealed?.releaseKey, let key = try? ReleaseKey(pem: Array(text.utf8)) else {
        throw Refusal(words: "has sealed files, and \(paths.sealedRecord) does not say whose: `ll-bootimage seal`")
      }
      pinned = key
    }
    let check = SealedPair.check(file: pem, named: file, sidecar: json, named: sidecar, pinned: pinned)
    guard let pair = check.pair else {
      throw Refusal(words: "has sealed files that are refused: \(check.report.sorted.first?.description ?? file)")
    }
    guard pair.sidecar.cluster == cluster.name, pair.sidecar.node == node else {
      throw Refusal(words: "has \(file), which is sealed for '\(pair.sidecar.node)' of '\(pair.sidecar.cluster)'")
    }
    return .sealed(file: String(decoding: pem, as: UTF8.self), sidecar: String(decoding: json, as: UTF8.self))
  }
}

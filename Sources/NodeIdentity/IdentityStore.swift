import Attestation
import FoundationEssentials
import LocalFiles
import SwiftASN1
public import TPM2
import X509

/// The node's keys and certificates in its state folder, of which a kill or a power cut at any moment leaves a usable
/// pair.
///
/// `current.pem` and `next.pem` are chains, leaf first; `key-DIGEST.pem` is the key of a certificate, by its public
/// key; `pending.pem` a key that has no certificate yet; `attestation-key.pem` the key that certifies the others. A key
/// is durable before its certificate is asked for, and both certificates are kept until the new one has been used. One
/// process at a time.
public struct IdentityStore: Sendable {
  static let current = "current.pem"
  static let next = "next.pem"
  static let pending = "pending.pem"
  static let attestation = "attestation-key.pem"

  /// The folder.
  public let folder: String
  let files: IdentityFolder

  /// The store in that folder, which is made when something is first kept.
  public init(folder: String) { self.init(folder: folder) { _, _ in } }

  init(folder: String, before: @escaping @Sendable (DurableFile.Step, String) -> Void) {
    self.folder = folder
    files = IdentityFolder(folder: folder, before: before)
  }

  /// Reads what is there. Files that are no use are told as faults; nothing is written, and no TPM is spoken to.
  ///
  /// - Parameters:
  ///   - tpm: the TPM whose keys may be there; `nil` where none is in use.
  ///   - now: seconds since 1970.
  public func read(_ tpm: TPM?, at now: Int64) throws(NodeIdentityError) -> StoredIdentity {
    var stored = StoredIdentity()
    let (current, next) = (certificate(Self.current, tpm, &stored), certificate(Self.next, tpm, &stored))
    (stored.current, stored.next) = (current, next)
    stored.pendingKey = reading(Self.pending, &stored) { () throws(NodeIdentityError) in try key(Self.pending, tpm) }
    // What a power cut brought back: its certificate has come.
    if let pending = stored.pendingKey, pending == current?.key || pending == next?.key { stored.pendingKey = nil }
    for (name, found) in [(Self.current, current), (Self.next, next)] {
      guard let found, let words = Self.lifetimeFault(found, at: now) else { continue }
      stored.faults.append(.init(path: files.path(name), words: words))
    }
    return stored
  }

  /// Keeps a key before its certificate is asked for. A key in a file in place of one in the TPM needs `consent`.
  public func keep(pending key: NodeKey, consent: FileKeyConsent? = nil) throws(NodeIdentityError) {
    if key.custody == .file, consent == nil, try holdsTPMKey() { throw .fileKeyNeedsConsent }
    try files.makeFolder()
    try files.replace(Self.pending, with: try KeyFile.text(of: key))
  }

  /// Keeps a certificate that was issued, beside the current one. Its key is the pending one, or one that has a
  /// certificate here: ``NodeIdentityError/certificate(_:)`` for any other.
  public func keep(next certificate: NodeCertificate) throws(NodeIdentityError) {
    try files.makeFolder()
    let name = Self.keyName(certificate.key)
    // The pending key stays until its certificate is there.
    if try files.read(name) == nil { try files.replace(name, with: try pendingText(of: certificate.key)) }
    var text = ""
    do {
      for part in certificate.chain { text += try part.serializeAsPEM().pemString + "\n" }
    } catch {
      throw .certificate("it cannot be written: \(error)")
    }
    try files.replace(Self.next, with: try KeyFile.notSecret(text))
    try files.remove(Self.pending)
  }

  /// The next certificate has been used, or is the only one that can be kept beside another: it becomes the current one,
  /// and keys that no certificate needs any more are removed.
  public func promote() throws(NodeIdentityError) {
    try files.move(Self.next, over: Self.current)
    var faults = StoredIdentity()
    guard let leaf = chain(Self.current, &faults)?.first else { return }
    let needed = Self.keyName(leaf.publicKeyInfo)
    for name in try files.names() where name.hasPrefix("key-") && name != needed { try files.remove(name) }
  }

  /// The attestation key that was kept; `nil` where there is none.
  public func attestationKey() throws(NodeIdentityError) -> AttestationKey? {
    guard let bytes = try files.read(Self.attestation) else { return nil }
    let path = files.path(Self.attestation)
    guard case .tpm(let object, _, let isBelowRSA) = try KeyFile.content(bytes, of: path) else {
      throw .file(path, "not a key of the TPM")
    }
    return AttestationKey(object, below: isBelowRSA ? .rsa : .ecc)
  }

  /// Keeps the attestation key.
  public func keep(attestationKey key: AttestationKey) throws(NodeIdentityError) {
    let endorsementHierarchy: UInt32 = 0x4000_000B
    try files.makeFolder()
    try files.replace(
      Self.attestation,
      with: try KeyFile.text(
        of: key.object, parent: endorsementHierarchy, isBelowRSA: key.endorsementKey == .rsa))
  }
}

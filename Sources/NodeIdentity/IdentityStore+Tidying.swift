import Attestation
import PrivateKeys
import TPM2

extension IdentityStore {
  /// Removes what a kill or a power cut between two steps left: a key that waited for a certificate which is there, keys
  /// whose certificates have been replaced, contents that were never put in place. For whoever begins to use the folder.
  ///
  /// Nothing is removed where a certificate cannot be read: which key it needs cannot be said then.
  public func tidy() throws(NodeIdentityError) {
    var stored = StoredIdentity()
    var needed: Set<String> = []
    for name in [Self.current, Self.next] {
      if let leaf = chain(name, &stored)?.first { needed.insert(Self.keyName(leaf.publicKeyInfo)) }
    }
    guard stored.faults.isEmpty else { return }
    let names = try files.names()
    for name in names where isUnfinished(name) { try files.remove(name) }
    guard !needed.isEmpty else { return }
    for name in names where isKey(name) && !needed.contains(name) { try files.remove(name) }
    guard let pending = try pendingKeyName(), needed.contains(pending), names.contains(pending) else { return }
    try files.remove(Self.pending)
  }

  private func isKey(_ name: String) -> Bool { name.hasPrefix("key-") && name.hasSuffix(".pem") }

  private func isUnfinished(_ name: String) -> Bool {
    guard name.hasSuffix(".new") else { return false }
    let place = String(name.dropLast(4))
    return isKey(place) || [Self.current, Self.next, Self.pending, Self.attestation].contains(place)
  }

  /// The name that the pending key has once its certificate is there; `nil` where there is none, or none that is whole.
  private func pendingKeyName() throws(NodeIdentityError) -> String? {
    guard let bytes = try files.read(Self.pending) else { return nil }
    return switch try KeyFile.content(bytes, of: files.path(Self.pending)) {
    case .file(let key): Self.keyName(key.publicKeyDER)
    case .tpm(let object, _, _): object.publicArea.subjectPublicKeyInfo.map { Self.keyName($0) }
    }
  }
}

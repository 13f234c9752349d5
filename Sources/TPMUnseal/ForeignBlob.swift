import SealedObject
public import SecretMemory
public import TPM2
import TPMStructures

/// Sealed data that other tools made: a TSS2 PEM file without a sidecar.
public enum ForeignBlob {
  private static let ownerHierarchy: UInt32 = 0x4000_0001

  /// What the file holds. Nothing vouches for it but the TPM that gives it back.
  ///
  /// The parent is the persistent key that the file names, or the TCG's ECC primary key where it names the owner hierarchy. Files with policy steps
  /// are refused: this program runs those of its own sidecars only.
  public static func secret(
    of pem: [UInt8], authorizationValue: SecretBytes?, from tpm: TPM
  ) async throws(UnsealError) -> SecretBytes {
    let file = try UnsealError.inFormat { () throws(SealedObjectError) in try SealedFile(pem: pem) }
    let key = file.key
    guard key.isSealedData else { throw .sealed(.object("is a key, not sealed data")) }
    guard key.kind != .importable else { throw .notImported }
    guard key.policy?.isEmpty ?? true, key.publicArea.attributes.contains(.userWithAuth) else {
      throw .sealed(.object("is under a policy that no sidecar tells"))
    }
    return try await tpm.perform(failing: UnsealError.tpm) { context throws(UnsealError) in
      try UnsealError.inTPM { () throws(TPMError) in
        let parent: TPMHandle
        if key.parent == ownerHierarchy {
          parent = try context.createPrimary(.eccStorageRootKey).object
        } else {
          parent = try context.entity(handle: key.parent)
        }
        let session = try context.startAuthSession(
          .hmac, salt: parent, attributes: [.continueSession, .decrypt, .encrypt])
        let loaded = try context.load(key.object, parent: parent, encryption: session)
        if let authorizationValue { try context.setAuthorizationValue(authorizationValue, of: loaded) }
        try context.setAttributes([.encrypt], of: session)
        return try context.unseal(loaded, authorization: .session(session))
      }
    }
  }
}

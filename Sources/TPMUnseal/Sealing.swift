public import SealedObject
public import SecretMemory
public import TPM2
import TPMStructures

/// Seals a secret by the TPM that will give it back.
public enum Sealing {
  /// Seals `content` under the TPM's storage root key, which is made where there is none and `mayMakeRoot` says so.
  public static func seal(
    _ content: SealingContent, _ request: SealingRequest, authorizationValue: SecretBytes? = nil, mayMakeRoot: Bool,
    by tpm: TPM
  ) async throws(UnsealError) -> SealedPair {
    try await tpm.perform(failing: UnsealError.tpm) { context throws(UnsealError) in
      let root = try StorageRoot(makingIt: mayMakeRoot, in: context)
      let draft: PairDraft
      do throws(SealedObjectError) {
        draft = try PairDraft(
          content, request, root: root.key, kind: .sealed, usesAuthorizationValue: authorizationValue != nil)
      } catch {
        throw .sealed(error)
      }
      let object: CreatedObject
      do throws(TPMError) {
        object = try create(draft.template, draft.secret, authorizationValue, under: root, in: context)
      } catch {
        throw .tpm(error)
      }
      do throws(SealedObjectError) {
        return try draft.pair(publicArea: object.publicArea, privateArea: object.storedPrivateArea)
      } catch {
        throw .sealed(error)
      }
    }
  }

  /// TPM2_Create with the secret encrypted on its way.
  static func create(
    _ template: PublicArea, _ secret: SecretBytes, _ value: SecretBytes?, under root: StorageRoot, in tpm: TPMContext
  ) throws(TPMError) -> CreatedObject {
    let session = try root.session(.hmac, in: tpm, attributes: [.decrypt])
    return try tpm.create(
      template, parent: root.handle, sealing: secret, authorizationValue: value, encryption: session)
  }
}

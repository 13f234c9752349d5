public import SealedObject
public import SecretMemory
public import TPM2
import TPMStructures

/// Makes a blob that was sealed for this TPM elsewhere this TPM's own.
public enum Importing {
  /// The same secret as an object that never leaves this TPM, under the same sidecar, and with an authorization value where one is given. It has been
  /// unsealed once, so that the old blob may go.
  public static func localPair(
    of pair: SealedPair, authorizationValue: SecretBytes? = nil, in tpm: TPM
  ) async throws(UnsealError) -> SealedPair {
    let key = pair.file.key
    guard key.kind == .importable, let seed = key.exportedSeed else { return pair }
    let imported: [UnsealPlan]
    let template: PublicArea
    do throws(SealedObjectError) {
      imported = try pair.plans()
      template = try pair.localTemplate(usesAuthorizationValue: authorizationValue != nil)
    } catch {
      throw .sealed(error)
    }
    let extra: [PolicyStep] = authorizationValue == nil ? [] : [.policyAuthValue]
    let local = imported.map { UnsealPlan(approval: $0.approval, steps: $0.steps + extra) }
    let made = try await tpm.perform(failing: UnsealError.tpm) { context throws(UnsealError) in
      let root = try StorageRoot(stored: pair.sidecar.srk, in: context)
      let secret: SecretBytes
      do throws(TPMError) {
        secret = try context.scope { () throws(TPMError) in
          let session = try root.session(.hmac, in: context, attributes: [.continueSession, .decrypt])
          let object = try context.import(
            key.publicArea, duplicate: key.exportedPrivate, encryptedSeed: seed, parent: root.handle,
            encryption: session)
          return try Unsealing.unseal(object, under: root, plans: imported, authorizationValue: nil, in: context)
        }
      } catch {
        throw root.explained(error, in: context)
      }
      do throws(SealedObjectError) { try pair.sidecar.verify(secret: secret) } catch { throw .sealed(error) }
      let object: CreatedObject
      let again: SecretBytes
      do throws(TPMError) {
        object = try context.scope { () throws(TPMError) in
          try Sealing.create(template, secret, authorizationValue, under: root, in: context)
        }
        again = try context.scope { () throws(TPMError) in
          try Unsealing.unseal(
            object, under: root, plans: local, authorizationValue: authorizationValue, in: context)
        }
      } catch {
        throw .tpm(error)
      }
      guard again == secret else { throw .notTheSame }
      return object
    }
    let file = SealedFile(
      key: TSS2PrivateKey(
        .sealed, emptyAuth: authorizationValue == nil, parent: key.parent, publicArea: made.publicArea,
        privateArea: made.storedPrivateArea), bundle: pair.file.bundle)
    let sidecar = pair.sidecar
    return try UnsealError.inFormat { () throws(SealedObjectError) in try SealedPair(file: file, sidecar: sidecar) }
  }
}

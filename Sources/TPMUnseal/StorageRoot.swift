import SealedObject
import TPM2
import TPMStructures

/// The key that everything is sealed under, in the TPM.
struct StorageRoot {
  /// Its handle in the TPM.
  let handle: TPMHandle
  /// What and where it is.
  let key: StorageRootKey

  /// The key as it was stored; nothing is sent.
  init(stored key: StorageRootKey, in tpm: TPMContext) throws(UnsealError) {
    do throws(TPMError) {
      handle = try tpm.object(handle: key.handle, publicArea: key.publicArea)
    } catch {
      guard case .name(let handle, let expected, let found) = error else { throw .tpm(error) }
      throw .anotherTPM(handle: handle, expected: expected, found: found)
    }
    self.key = key
  }

  /// The key as the TPM has it, at `handle`. Where there is none it is made and kept, if that is allowed.
  init(
    asked number: UInt32 = StorageRootKey.defaultHandle, makingIt isAllowed: Bool, in tpm: TPMContext
  ) throws(UnsealError) {
    do throws(TPMError) {
      if try !tpm.handles(.persistent).contains(number) {
        guard isAllowed else { throw TPMError.command("TPM2_ReadPublic", ResponseCode(rawValue: 0x18B)) }
        let made = try tpm.createPrimary(.eccStorageRootKey)
        handle = try tpm.persist(made.object, at: number)
        try tpm.flush(made.object)
      } else {
        handle = try tpm.entity(handle: number)
      }
    } catch {
      if error.responseCode?.isHandleUnknown == true { throw .noStorageRootKey(handle: number) }
      throw .tpm(error)
    }
    let area: PublicArea
    do throws(TPMError) { area = try tpm.readPublic(handle).publicArea } catch { throw .tpm(error) }
    do throws(SealedObjectError) {
      key = try StorageRootKey(handle: number, publicArea: area)
    } catch {
      throw .squattedHandle(handle: number, "holds something else: \(error)")
    }
  }

  /// A session whose secret only this key's TPM can know.
  func session(
    _ kind: TPMSession.Kind, in tpm: TPMContext, attributes: TPMSession.Attributes
  ) throws(TPMError) -> TPMSession {
    try tpm.startAuthSession(kind, salt: handle, attributes: attributes)
  }

  /// What a failure means: asks the TPM, which is never done while all goes well, what is at the handle by now. ``handle`` is not valid afterwards.
  func explained(_ error: TPMError, in tpm: TPMContext) -> UnsealError {
    do throws(TPMError) {
      // tss2 would compare what it finds with the stored key, and say no more than that it failed.
      try tpm.flush(handle)
      let found = try tpm.name(of: try tpm.entity(handle: key.handle))
      return found == key.name ? Self.inWords(error) : .anotherTPM(handle: key.handle, expected: key.name, found: found)
    } catch let second {
      return second.responseCode?.isHandleUnknown == true ? .noStorageRootKey(handle: key.handle) : .tpm(error)
    }
  }
}

extension StorageRoot {
  /// A comparison of an NV index that failed is the epoch's: nothing else is compared.
  private static func inWords(_ error: TPMError) -> UnsealError {
    guard case .command("TPM2_PolicyNV", let code) = error, code.name == "TPM_RC_POLICY" else { return .tpm(error) }
    return .epochIsOver(error)
  }
}

extension ResponseCode {
  /// Whether nothing is at a handle (TPM_RC_HANDLE for any handle, or the resource manager's word for it).
  var isHandleUnknown: Bool { name == "TPM_RC_HANDLE" }
}

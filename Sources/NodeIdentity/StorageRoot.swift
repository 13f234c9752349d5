import TPM2
import TPMStructures

/// The key that the node's TLS key lies under: the storage root key of the TCG's provisioning guidance.
enum StorageRoot {
  static let handle: UInt32 = 0x8100_0001

  /// The key as it is; an error where there is none.
  static func existing(in tpm: TPMContext) throws(NodeIdentityError) -> TPMHandle {
    let found: TPMHandle
    do throws(TPMError) {
      found = try tpm.entity(handle: handle)
    } catch {
      if error.responseCode?.name == "TPM_RC_HANDLE" { throw .storageRoot("there is none; was the TPM cleared?") }
      throw .tpm(error)
    }
    return found
  }

  /// The key, made and kept where there is none.
  static func makingIt(in tpm: TPMContext) throws(NodeIdentityError) -> TPMHandle {
    let (key, area) = try NodeIdentityError.inTPM { () throws(TPMError) in
      if try tpm.handles(.persistent).contains(handle) {
        let key = try tpm.entity(handle: handle)
        return (key, try tpm.readPublic(key).publicArea)
      }
      let made = try tpm.createPrimary(.eccStorageRootKey)
      let kept = try tpm.persist(made.object, at: handle)
      try tpm.flush(made.object)
      return (kept, made.publicArea)
    }
    guard area.attributes.isSuperset(of: [.fixedTPM, .fixedParent, .restricted, .decrypt]),
      !area.attributes.contains(.signEncrypt)
    else { throw .storageRoot("it is \(area.attributes)") }
    return key
  }

  /// An object below it. A TPM that did not make the object says so by an integrity value that does not fit.
  static func load(
    _ object: CreatedObject, below parent: TPMHandle, in tpm: TPMContext
  ) throws(NodeIdentityError) -> TPMHandle {
    do throws(TPMError) {
      return try tpm.load(object, parent: parent)
    } catch {
      throw error.isForeignObject ? .anotherTPM(error) : .tpm(error)
    }
  }
}

extension TPMError {
  /// Whether TPM2_Load said that the object is not its parent's.
  var isForeignObject: Bool {
    guard case .command("TPM2_Load", let code) = self else { return false }
    return ["TPM_RC_INTEGRITY", "TPM_RC_BINDING"].contains(code.name)
  }
}

import CTSS2
public import TPMStructures

// ESAPI wants to know what a handle stands for before it uses it, and asks the TPM. Who has stored the public area can
// tell it instead.
extension TPMContext {
  /// The object at a persistent handle whose public area is known. Nothing is sent, so nothing proves yet that it is
  /// still there: the first command that is authorized, or a session that is salted with it, does.
  public func object(handle: UInt32, publicArea: PublicArea) throws(TPMError) -> TPMHandle {
    try entity(handle, name: publicArea.name, type: .key, publicArea.sizedWire)
  }

  /// The NV index with that public area. Nothing is sent; a command that names another index than the TPM has fails.
  public func nvIndex(_ nvPublic: NVPublic) throws(TPMError) -> TPMHandle {
    try entity(nvPublic.index, name: nvPublic.name, type: .nvIndex, nvPublic.sizedWire)
  }

  /// The object or NV index at a handle, as the TPM describes it: one TPM2_ReadPublic or TPM2_NV_ReadPublic.
  public func entity(handle: UInt32) throws(TPMError) -> TPMHandle {
    var reference = ESYS_TR_NONE
    try run("Esys_TR_FromTPMPublic") { esys, _, _, _ in
      Esys_TR_FromTPMPublic(esys, handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &reference)
    }
    return hold(reference, .reference)
  }

  /// The name of an object, an NV index or a hierarchy as ESAPI knows it. Nothing is sent.
  public func name(of handle: TPMHandle) throws(TPMError) -> Name {
    let command = "Esys_TR_GetName"
    var name: UnsafeMutablePointer<TPM2B_NAME>?
    try run(command, [handle]) { esys, _, _, _ in Esys_TR_GetName(esys, handle.reference, &name) }
    let bytes = try CStructure.bytes(taking: name, from: command, Tss2_MU_TPM2B_NAME_Marshal)
    return try CStructure.read(command) { () throws(WireError) in try Name(wire: bytes) }
  }

  // IESYSC_KEY_RSRC and IESYSC_NV_RSRC of tpm2-tss.
  enum StoredType: UInt32 {
    case key = 1
    case nvIndex = 2
  }

  private func entity(
    _ handle: UInt32, name expected: Name, type: StoredType, _ publicArea: [UInt8]
  ) throws(TPMError) -> TPMHandle {
    if let known = try deserialized(handle, expected, type, publicArea) { return known }
    let asked = try entity(handle: handle)
    let found = try name(of: asked)
    guard found == expected else { throw TPMError.name(handle: handle, expected: expected, found: found) }
    return asked
  }

  // What Esys_TR_Serialize(3) writes: the handle, the name, the type, the public area (IESYS_RESOURCE in esys_mu.c, the
  // same from tpm2-tss 2.0 to 4.1).
  static func serialized(_ handle: UInt32, _ name: Name, _ type: StoredType, _ publicArea: [UInt8]) -> [UInt8] {
    var writer = WireWriter()
    writer.integer(handle)
    writer.sized(name.bytes)
    writer.integer(type.rawValue)
    writer.raw(publicArea)
    return writer.bytes
  }

  // It is not a documented format: `nil`, so that the TPM is asked, where it is refused or understood differently.
  private func deserialized(
    _ handle: UInt32, _ expected: Name, _ type: StoredType, _ publicArea: [UInt8]
  ) throws(TPMError) -> TPMHandle? {
    let blob = Self.serialized(handle, expected, type, publicArea)
    var reference = ESYS_TR_NONE
    var found: TPM2_HANDLE = 0
    var isUnderstood = false
    try run("Esys_TR_Deserialize") { esys, _, _, _ in
      isUnderstood =
        Esys_TR_Deserialize(esys, blob, blob.count, &reference) == 0
        && Esys_TR_GetTpmHandle(esys, reference, &found) == 0
      return 0
    }
    guard isUnderstood, found == handle else {
      if reference != ESYS_TR_NONE { forget(reference) }
      return nil
    }
    let entity = hold(reference, .reference)
    if try name(of: entity) == expected { return entity }
    forget(reference)
    return nil
  }
}

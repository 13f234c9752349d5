import CTSS2
import Glibc
public import SecretMemory
public import TPMStructures

/// An object outside of the TPM, as TPM2_Create makes it: only its parent can load it again.
public struct CreatedObject: Sendable, Hashable {
  /// The public area, its unique part filled in.
  public let publicArea: PublicArea
  /// The private area, encrypted by the parent: TPM2B_PRIVATE with its size.
  public let privateArea: [UInt8]

  /// An object that was stored.
  public init(publicArea: PublicArea, privateArea: [UInt8]) {
    self.publicArea = publicArea
    self.privateArea = privateArea
  }
}

extension TPMContext {
  /// TPM2_ReadPublic.
  public func readPublic(_ object: TPMHandle) throws(TPMError) -> (publicArea: PublicArea, name: Name) {
    let command = "TPM2_ReadPublic"
    var area: UnsafeMutablePointer<TPM2B_PUBLIC>?
    var name: UnsafeMutablePointer<TPM2B_NAME>?
    try run(command, [object]) { esys, _, _, _ in
      Esys_ReadPublic(esys, object.reference, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &area, &name, nil)
    }
    let nameBytes = try CStructure.bytes(taking: name, from: command, Tss2_MU_TPM2B_NAME_Marshal)
    let areaBytes = try CStructure.wire(taking: area, from: command, Tss2_MU_TPM2B_PUBLIC_Marshal)
    return try CStructure.read(command) { () throws(WireError) in
      (try PublicArea(sizedWire: areaBytes), try Name(wire: nameBytes))
    }
  }

  /// TPM2_CreatePrimary: the primary object of a hierarchy that `template` describes, the same each time while the
  /// hierarchy's seed lasts. Seconds for RSA on some chips.
  public func createPrimary(
    _ template: PublicArea, in hierarchy: TPMHandle = .owner, authorization: Authorization = .password,
    encryption: TPMSession? = nil
  ) throws(TPMError) -> (object: TPMHandle, publicArea: PublicArea) {
    let command = "TPM2_CreatePrimary"
    var template = try CStructure.of(template.sizedWire, for: command, Tss2_MU_TPM2B_PUBLIC_Unmarshal)
    var sensitive = TPM2B_SENSITIVE_CREATE()
    var outsideInfo = TPM2B_DATA()
    var pcrs = TPML_PCR_SELECTION()
    var reference = ESYS_TR_NONE
    var area: UnsafeMutablePointer<TPM2B_PUBLIC>?
    try run(command, [hierarchy], [authorization], encryption: encryption) { esys, first, second, third in
      Esys_CreatePrimary(
        esys, hierarchy.reference, first, second, third, &sensitive, &template, &outsideInfo, &pcrs, &reference, &area,
        nil, nil, nil)
    }
    let object = hold(reference, .object)
    let wire = try CStructure.wire(taking: area, from: command, Tss2_MU_TPM2B_PUBLIC_Marshal)
    return (object, try CStructure.read(command) { () throws(WireError) in try PublicArea(sizedWire: wire) })
  }

  /// TPM2_Load: an object below its parent. ``TPMError/command(_:_:)`` with `integrity` where it is not this parent's.
  public func load(
    _ object: CreatedObject, parent: TPMHandle, authorization: Authorization = .password,
    encryption: TPMSession? = nil
  ) throws(TPMError) -> TPMHandle {
    let command = "TPM2_Load"
    var area = try CStructure.of(object.publicArea.sizedWire, for: command, Tss2_MU_TPM2B_PUBLIC_Unmarshal)
    var privateArea = try CStructure.of(object.privateArea, for: command, Tss2_MU_TPM2B_PRIVATE_Unmarshal)
    var reference = ESYS_TR_NONE
    try run(command, [parent], [authorization], encryption: encryption) { esys, first, second, third in
      Esys_Load(esys, parent.reference, first, second, third, &privateArea, &area, &reference)
    }
    return hold(reference, .object)
  }

  /// TPM2_LoadExternal: a public key, into a hierarchy so that tickets of its signatures are worth something there.
  public func loadExternal(_ publicArea: PublicArea, hierarchy: TPMHandle = .owner) throws(TPMError) -> TPMHandle {
    let command = "TPM2_LoadExternal"
    var area = try CStructure.of(publicArea.sizedWire, for: command, Tss2_MU_TPM2B_PUBLIC_Unmarshal)
    var reference = ESYS_TR_NONE
    try run(command, [hierarchy]) { esys, first, second, third in
      Esys_LoadExternal(esys, first, second, third, nil, &area, hierarchy.reference, &reference)
    }
    return hold(reference, .object)
  }

  /// TPM2_EvictControl: makes a loaded object persistent at `handle`.
  public func persist(
    _ object: TPMHandle, at handle: UInt32, authorization: Authorization = .password
  ) throws(TPMError) -> TPMHandle {
    var reference = ESYS_TR_NONE
    try run("TPM2_EvictControl", [object], [authorization]) { esys, first, second, third in
      Esys_EvictControl(esys, ESYS_TR_RH_OWNER, object.reference, first, second, third, handle, &reference)
    }
    return hold(reference, .reference)
  }

  /// TPM2_EvictControl: removes a persistent object, which ``entity(handle:)`` or ``object(handle:publicArea:)`` named.
  public func evict(
    _ object: TPMHandle, at handle: UInt32, authorization: Authorization = .password
  ) throws(TPMError) {
    var reference = ESYS_TR_NONE
    try run("TPM2_EvictControl", [object], [authorization]) { esys, first, second, third in
      Esys_EvictControl(esys, ESYS_TR_RH_OWNER, object.reference, first, second, third, handle, &reference)
    }
    forget(object.reference)
  }

  /// Gives ESAPI the authorization value of an entity, for the commands that follow; `nil` is the empty one. Nothing is
  /// sent.
  public func setAuthorizationValue(_ value: SecretBytes?, of handle: TPMHandle) throws(TPMError) {
    let command = "Esys_TR_SetAuth"
    var authorization = TPM2B_AUTH()
    defer { wipe(&authorization) }
    let limit = MemoryLayout.size(ofValue: authorization.buffer)
    if let value {
      guard value.count <= limit else { throw TPMError.size(command, value.count, limit: limit) }
      authorization.size = UInt16(value.count)
      withUnsafeMutableBytes(of: &authorization.buffer) { buffer in
        value.withUnsafeBytes { buffer.copyMemory(from: $0) }
      }
    }
    try run(command, [handle]) { esys, _, _, _ in Esys_TR_SetAuth(esys, handle.reference, &authorization) }
    if value != nil { noteAuthorizationValue(of: handle) }
  }

  /// Overwrites a C structure that held a secret.
  func wipe<Value>(_ value: inout Value) {
    withUnsafeMutablePointer(to: &value) { explicit_bzero($0, MemoryLayout<Value>.size) }
  }
}

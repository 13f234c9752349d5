import SecretMemory
import TPM2
import TPMStructures
import TestSupport

extension SoftwareTPM {
  /// A `TPM` of the code under test at this swtpm.
  func tpm() throws -> TPM { try TPM(TCTI(tcti)) }
}

extension RecordedTPMLine {
  /// A `TPM` of the code under test at this line.
  func tpm() throws -> TPM { try TPM(TCTI(tcti)) }
}

extension SecretBytes {
  /// A secret of a test.
  static func of(_ bytes: [UInt8]) throws(TPMError) -> SecretBytes {
    do { return try SecretBytes(count: bytes.count) { $0.copyBytes(from: bytes) } } catch {
      throw TPMError.memory(error)
    }
  }

  /// The bytes, for comparison.
  var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}

extension TPMContext {
  /// The handle of the storage root key.
  static let storageRootKey: UInt32 = 0x8100_0001

  /// Makes the storage root key persistent; its public area.
  func provision() throws(TPMError) -> PublicArea {
    let primary = try createPrimary(.eccStorageRootKey)
    _ = try persist(primary.object, at: Self.storageRootKey)
    try flush(primary.object)
    return primary.publicArea
  }

  /// Seals `secret` below the storage root key, for its authorization value alone.
  func seal(
    _ secret: [UInt8], authPolicy: [UInt8] = [], authorizationValue: [UInt8]? = nil, below area: PublicArea
  ) throws(TPMError) -> CreatedObject {
    let parent = try object(handle: Self.storageRootKey, publicArea: area)
    let session = try startAuthSession(.hmac, salt: parent, attributes: [.decrypt])
    return try create(
      .sealedObject(authPolicy: authPolicy, fixed: true, userWithAuth: authPolicy.isEmpty), parent: parent,
      sealing: .of(secret), authorizationValue: try authorizationValue.map(of), authorization: .session(session))
  }

  private func of(_ bytes: [UInt8]) throws(TPMError) -> SecretBytes { try SecretBytes.of(bytes) }

  /// What takes a slot in the TPM.
  func loaded() throws(TPMError) -> [UInt32] {
    try handles(.transient) + handles(.loadedSession) + handles(.savedSession)
  }
}

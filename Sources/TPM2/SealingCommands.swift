import CTSS2
import Glibc
public import SecretMemory
public import TPMStructures

// Secrets pass through here. ESAPI's own copy, the buffer on the way to the TPM and back, is overwritten as soon as the
// command is done.
extension TPMContext {
  /// TPM2_Create: an object below `parent`, with `data` sealed in it (at most 128 bytes) or, without, made by the TPM.
  ///
  /// The secret travels encrypted only where `authorization` or `encryption` is a session with the attribute `decrypt`.
  public func create(
    _ template: PublicArea, parent: TPMHandle, sealing data: SecretBytes? = nil,
    authorizationValue: SecretBytes? = nil, authorization: Authorization = .password, encryption: TPMSession? = nil
  ) throws(TPMError) -> CreatedObject {
    let command = "TPM2_Create"
    var template = try CStructure.of(template.sizedWire, for: command, Tss2_MU_TPM2B_PUBLIC_Unmarshal)
    var outsideInfo = TPM2B_DATA()
    var pcrs = TPML_PCR_SELECTION()
    var area: UnsafeMutablePointer<TPM2B_PUBLIC>?
    var privateArea: UnsafeMutablePointer<TPM2B_PRIVATE>?
    var sensitive = TPM2B_SENSITIVE_CREATE()
    defer { wipe(&sensitive) }
    try fill(&sensitive, command, data, authorizationValue)
    // Whatever comes of it, ESAPI has taken copies.
    defer { overwriteArguments(template) }
    try run(command, [parent], [authorization], encryption: encryption) { esys, first, second, third in
      Esys_Create(
        esys, parent.reference, first, second, third, &sensitive, &template, &outsideInfo, &pcrs, &privateArea, &area,
        nil, nil, nil)
    }
    let privateBytes = try CStructure.wire(taking: privateArea, from: command, Tss2_MU_TPM2B_PRIVATE_Marshal)
    let wire = try CStructure.wire(taking: area, from: command, Tss2_MU_TPM2B_PUBLIC_Marshal)
    return CreatedObject(
      publicArea: try CStructure.read(command) { () throws(WireError) in try PublicArea(sizedWire: wire) },
      privateArea: privateBytes)
  }

  /// TPM2_Unseal: the data of a loaded sealed object.
  ///
  /// It travels encrypted only where `authorization` or `encryption` is a session with the attribute `encrypt`.
  public func unseal(
    _ object: TPMHandle, authorization: Authorization = .password, encryption: TPMSession? = nil
  ) throws(TPMError) -> SecretBytes {
    var data: UnsafeMutablePointer<TPM2B_SENSITIVE_DATA>?
    defer {
      wipeBuffer()
      if let data { explicit_bzero(data, MemoryLayout<TPM2B_SENSITIVE_DATA>.size) }
      Esys_Free(data)
    }
    try run("TPM2_Unseal", [object], [authorization], encryption: encryption) { esys, first, second, third in
      Esys_Unseal(esys, object.reference, first, second, third, &data)
    }
    return try secret("TPM2_Unseal", data.map { (size: $0.pointee.size, bytes: UnsafeRawPointer($0)) })
  }

  /// TPM2_Import: an object that was duplicated for `parent` elsewhere, as one that
  /// ``load(_:parent:authorization:encryption:)`` takes.
  ///
  /// - Parameters:
  ///   - duplicate: TPM2B_PRIVATE with its size, with an outer wrapper only.
  ///   - encryptedSeed: the seed of the outer wrapper: TPM2B_ENCRYPTED_SECRET with its size.
  public func `import`(
    _ publicArea: PublicArea, duplicate: [UInt8], encryptedSeed: [UInt8], parent: TPMHandle,
    authorization: Authorization = .password, encryption: TPMSession? = nil
  ) throws(TPMError) -> CreatedObject {
    let command = "TPM2_Import"
    var area = try CStructure.of(publicArea.sizedWire, for: command, Tss2_MU_TPM2B_PUBLIC_Unmarshal)
    var duplicate = try CStructure.of(duplicate, for: command, Tss2_MU_TPM2B_PRIVATE_Unmarshal)
    var seed = try CStructure.of(encryptedSeed, for: command, Tss2_MU_TPM2B_ENCRYPTED_SECRET_Unmarshal)
    var encryptionKey = TPM2B_DATA()
    var symmetric = TPMT_SYM_DEF_OBJECT()
    symmetric.algorithm = Algorithm.null.rawValue
    var privateArea: UnsafeMutablePointer<TPM2B_PRIVATE>?
    try run(command, [parent], [authorization], encryption: encryption) { esys, first, second, third in
      Esys_Import(
        esys, parent.reference, first, second, third, &encryptionKey, &area, &duplicate, &seed, &symmetric, &privateArea
      )
    }
    return CreatedObject(
      publicArea: publicArea,
      privateArea: try CStructure.wire(taking: privateArea, from: command, Tss2_MU_TPM2B_PRIVATE_Marshal))
  }

  /// Copies the bytes of a `TPM2B` into locked memory.
  func secret(_ command: String, _ sized: (size: UInt16, bytes: UnsafeRawPointer)?) throws(TPMError) -> SecretBytes {
    guard let sized else { throw TPMError.answer(command, WireError(offset: 0, .truncated(missing: 2))) }
    do {
      // A TPM2B of bytes is its 16-bit size and the bytes, in C too.
      return try SecretBytes(
        copying: UnsafeRawBufferPointer(start: sized.bytes + 2, count: Int(sized.size)))
    } catch { throw TPMError.memory(error) }
  }

  private func fill(
    _ sensitive: inout TPM2B_SENSITIVE_CREATE, _ command: String, _ data: SecretBytes?, _ value: SecretBytes?
  ) throws(TPMError) {
    // A TPM's limit for sealed data (MAX_SYM_DATA); tss2's structure is larger.
    let limit = 128
    let authorizationLimit = MemoryLayout.size(ofValue: sensitive.sensitive.userAuth.buffer)
    if let data {
      guard data.count <= limit else { throw TPMError.size(command, data.count, limit: limit) }
      sensitive.sensitive.data.size = UInt16(data.count)
      withUnsafeMutableBytes(of: &sensitive.sensitive.data.buffer) { buffer in
        data.withUnsafeBytes { buffer.copyMemory(from: $0) }
      }
    }
    if let value {
      guard value.count <= authorizationLimit else {
        throw TPMError.size(command, value.count, limit: authorizationLimit)
      }
      sensitive.sensitive.userAuth.size = UInt16(value.count)
      withUnsafeMutableBytes(of: &sensitive.sensitive.userAuth.buffer) { buffer in
        value.withUnsafeBytes { buffer.copyMemory(from: $0) }
      }
    }
  }

  // ESAPI notes the arguments of TPM2_Create for a repetition before it looks at the parent: with a parent that does
  // not exist, empty arguments take the place of the secret ones, and nothing is sent.
  private func overwriteArguments(_ template: TPM2B_PUBLIC) {
    wipeBuffer()
    overwriteArguments { esys in
      var nothing = TPM2B_SENSITIVE_CREATE()
      var template = template
      var outsideInfo = TPM2B_DATA()
      var pcrs = TPML_PCR_SELECTION()
      return Esys_Create_Async(
        esys, .max, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &nothing, &template, &outsideInfo, &pcrs)
    }
  }
}

import CTSS2
public import SecretMemory
public import TPMStructures

extension TPMContext {
  /// TPM2_NV_DefineSpace. `nvSpace` where no room is left, `nvDefined` where the index exists.
  public func nvDefineSpace(
    _ area: NVPublic, authorizationValue: SecretBytes? = nil, by hierarchy: TPMHandle = .owner,
    authorization: Authorization = .password, encryption: TPMSession? = nil
  ) throws(TPMError) -> TPMHandle {
    let command = "TPM2_NV_DefineSpace"
    var area = try CStructure.of(area.sizedWire, for: command, Tss2_MU_TPM2B_NV_PUBLIC_Unmarshal)
    var value = TPM2B_AUTH()
    defer {
      wipe(&value)
      if authorizationValue != nil { wipeBuffer() }
    }
    let limit = MemoryLayout.size(ofValue: value.buffer)
    if let authorizationValue {
      guard authorizationValue.count <= limit else {
        throw TPMError.size(command, authorizationValue.count, limit: limit)
      }
      value.size = UInt16(authorizationValue.count)
      withUnsafeMutableBytes(of: &value.buffer) { buffer in
        authorizationValue.withUnsafeBytes { buffer.copyMemory(from: $0) }
      }
    }
    var reference = ESYS_TR_NONE
    try run(command, [hierarchy], [authorization], encryption: encryption) { esys, first, second, third in
      Esys_NV_DefineSpace(esys, hierarchy.reference, first, second, third, &value, &area, &reference)
    }
    return hold(reference, .reference, hasAuthorizationValue: authorizationValue != nil)
  }

  /// TPM2_NV_UndefineSpace.
  public func nvUndefineSpace(
    _ index: TPMHandle, by hierarchy: TPMHandle = .owner, authorization: Authorization = .password
  ) throws(TPMError) {
    try run("TPM2_NV_UndefineSpace", [index, hierarchy], [authorization]) { esys, first, second, third in
      Esys_NV_UndefineSpace(esys, hierarchy.reference, index.reference, first, second, third)
    }
    forget(index.reference)
  }

  /// TPM2_NV_Increment: counts a counter up; the first time, to a value that no counter of this TPM has had.
  public func nvIncrement(
    _ index: TPMHandle, by writer: TPMHandle = .owner, authorization: Authorization = .password,
    encryption: TPMSession? = nil
  ) throws(TPMError) {
    try run("TPM2_NV_Increment", [index, writer], [authorization], encryption: encryption) {
      esys, first, second, third in
      Esys_NV_Increment(esys, writer.reference, index.reference, first, second, third)
    }
  }

  /// TPM2_NV_ReadPublic: the index's public area and name.
  public func nvReadPublic(_ index: TPMHandle) throws(TPMError) -> (nvPublic: NVPublic, name: Name) {
    let command = "TPM2_NV_ReadPublic"
    var area: UnsafeMutablePointer<TPM2B_NV_PUBLIC>?
    var name: UnsafeMutablePointer<TPM2B_NAME>?
    try run(command, [index]) { esys, first, second, third in
      Esys_NV_ReadPublic(esys, index.reference, first, second, third, &area, &name)
    }
    let nameBytes = try CStructure.bytes(taking: name, from: command, Tss2_MU_TPM2B_NAME_Marshal)
    let areaBytes = try CStructure.wire(taking: area, from: command, Tss2_MU_TPM2B_NV_PUBLIC_Marshal)
    return try CStructure.read(command) { () throws(WireError) in
      (try NVPublic(sizedWire: areaBytes), try Name(wire: nameBytes))
    }
  }

  /// TPM2_NV_Read: `count` bytes from `offset`, in as many commands as it takes, with `authorization` for `reader` (the
  /// index itself or the owner).
  public func nvRead(
    _ index: TPMHandle, by reader: TPMHandle = .owner, count: Int, offset: Int = 0,
    authorization: Authorization = .password, encryption: TPMSession? = nil
  ) throws(TPMError) -> [UInt8] {
    let command = "TPM2_NV_Read"
    let end = try nvEnd(command, count, offset)
    var bytes: [UInt8] = []
    while offset + bytes.count < end {
      let start = UInt16(offset + bytes.count)
      let size = UInt16(min(Self.nvChunk, end - offset - bytes.count))
      var data: UnsafeMutablePointer<TPM2B_MAX_NV_BUFFER>?
      try run(command, [index, reader], [authorization], encryption: encryption) { esys, first, second, third in
        Esys_NV_Read(esys, reader.reference, index.reference, first, second, third, size, start, &data)
      }
      let chunk = try CStructure.bytes(taking: data, from: command, Tss2_MU_TPM2B_MAX_NV_BUFFER_Marshal)
      guard chunk.count == Int(size) else {
        throw TPMError.answer(command, WireError(offset: 0, .size(chunk.count, limit: Int(size))))
      }
      bytes += chunk
    }
    return bytes
  }

  /// TPM2_NV_Write: writes an ordinary index, in as many commands as it takes.
  public func nvWrite(
    _ index: TPMHandle, _ bytes: [UInt8], by writer: TPMHandle = .owner, offset: Int = 0,
    authorization: Authorization = .password, encryption: TPMSession? = nil
  ) throws(TPMError) {
    let command = "TPM2_NV_Write"
    let end = try nvEnd(command, bytes.count, offset)
    var next = 0
    repeat {
      let size = min(Self.nvChunk, end - offset - next)
      var data: TPM2B_MAX_NV_BUFFER = try sized(
        Array(bytes[next..<(next + size)]), command, Tss2_MU_TPM2B_MAX_NV_BUFFER_Unmarshal)
      let start = UInt16(offset + next)
      try run(command, [index, writer], [authorization], encryption: encryption) { esys, first, second, third in
        Esys_NV_Write(esys, writer.reference, index.reference, first, second, third, &data, start)
      }
      next += size
    } while offset + next < end
  }

  // Every TPM takes that much at a time; the specification's own minimum for TPM_PT_NV_BUFFER_MAX.
  private static let nvChunk = 512

  private func nvEnd(_ command: String, _ count: Int, _ offset: Int) throws(TPMError) -> Int {
    let limit = Int(UInt16.max)
    guard (0...limit).contains(offset), (0...(limit - offset)).contains(count) else {
      throw TPMError.size(command, count, limit: limit)
    }
    return offset + count
  }
}

import SecretMemory

// The memory's errors as this room's own.
extension SecretBytes {
  static func locked(
    count: Int, filling fill: (UnsafeMutableRawBufferPointer) -> Void
  ) throws(TPMStructureError) -> SecretBytes {
    do throws(SecretMemoryError) {
      return try SecretBytes(count: count, filling: fill)
    } catch {
      throw TPMStructureError.memory(error)
    }
  }

  static func lockedRandom(count: Int) throws(TPMStructureError) -> SecretBytes {
    do throws(SecretMemoryError) {
      return try SecretBytes.random(count: count)
    } catch {
      throw TPMStructureError.memory(error)
    }
  }
}

import CTSS2
import Glibc
import TPMStructures

/// Between the bytes of ``TPMStructures`` and the C structures of tss2, by tss2's own marshalling (`Tss2_MU_…`).
enum CStructure {
  typealias Unmarshal<Value> = (
    UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<Int>?, UnsafeMutablePointer<Value>?
  ) -> TSS2_RC
  typealias Marshal<Value> = (
    UnsafePointer<Value>?, UnsafeMutablePointer<UInt8>?, Int, UnsafeMutablePointer<Int>?
  ) -> TSS2_RC

  /// The C structure that `wire` is, for an argument of `command`.
  static func of<Value>(
    _ wire: [UInt8], for command: String, _ unmarshal: Unmarshal<Value>
  ) throws(TPMError) -> Value {
    var offset = 0
    var code: TSS2_RC = 0
    let value = withUnsafeTemporaryAllocation(of: Value.self, capacity: 1) { buffer -> Value? in
      guard let start = buffer.baseAddress else { return nil }
      // tss2 refuses to unmarshal into a structure whose size is not zero.
      memset(start, 0, MemoryLayout<Value>.size)
      code = unmarshal(wire, wire.count, &offset, start)
      return start.pointee
    }
    guard code == 0, let value else { throw TPMError.command(command, ResponseCode(rawValue: code)) }
    guard offset == wire.count else { throw TPMError.size(command, wire.count, limit: offset) }
    return value
  }

  /// The same for a `TPM2B` of plain bytes, of which at most `limit` fit.
  static func sized<Value>(
    _ bytes: [UInt8], limit: Int, for command: String, _ unmarshal: Unmarshal<Value>
  ) throws(TPMError) -> Value {
    guard bytes.count <= limit else { throw TPMError.size(command, bytes.count, limit: limit) }
    var writer = WireWriter()
    writer.sized(bytes)
    return try of(writer.bytes, for: command, unmarshal)
  }

  /// The bytes of a C structure that `command` answered with; frees the structure.
  static func wire<Value>(
    taking value: UnsafeMutablePointer<Value>?, from command: String, _ marshal: Marshal<Value>
  ) throws(TPMError) -> [UInt8] {
    defer { Esys_Free(value) }
    var code: TSS2_RC = 0
    // The largest response that a TPM sends.
    let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      code = marshal(value, buffer.baseAddress, buffer.count, &count)
      if code != 0 { count = 0 }
    }
    guard code == 0 else { throw TPMError.command(command, ResponseCode(rawValue: code)) }
    return bytes
  }

  /// The bytes in a `TPM2B` that `command` answered with; frees it.
  static func bytes<Value>(
    taking value: UnsafeMutablePointer<Value>?, from command: String, _ marshal: Marshal<Value>
  ) throws(TPMError) -> [UInt8] {
    let wire = try wire(taking: value, from: command, marshal)
    return try read(command) { () throws(WireError) in
      var reader = WireReader(wire)
      let bytes = try reader.sizedBytes()
      try reader.finish()
      return bytes
    }
  }

  /// What `body` reads from the answer to `command`.
  static func read<Value>(_ command: String, _ body: () throws(WireError) -> Value) throws(TPMError) -> Value {
    do { return try body() } catch { throw TPMError.answer(command, error) }
  }
}

/// The blocks of a PEM file (RFC 7468), decoded straight from its bytes: a private key never becomes text.
struct PEMBlocks {
  /// One `-----BEGIN label-----` … `-----END label-----`.
  struct Block {
    var label: String
    var bytes: [UInt8]

    var isPrivateKey: Bool { label.hasSuffix("PRIVATE KEY") }

    /// Overwrites the bytes. Whoever still shares them keeps them, so it comes after the last use.
    mutating func wipe() { bytes.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
  }

  private(set) var blocks: [Block] = []
  /// What is wrong with the file as PEM; `nil` where nothing is.
  private(set) var fault: String?

  init(_ file: UnsafeRawBufferPointer) {
    var label: String?
    var body = 0..<0
    var position = 0
    while position < file.count {
      let end = file[position...].firstIndex(of: UInt8(ascii: "\n")) ?? file.count
      let line = PEMBlocks.trim(file, position..<end)
      defer { position = end + 1 }
      if let open = label {
        if PEMBlocks.has(file, line, "-----END ") {
          guard PEMBlocks.label(file, line, "-----END ") == open else {
            fault = "the block \(open) ends as another one"
            return
          }
          guard let bytes = PEMBlocks.decode(UnsafeRawBufferPointer(rebasing: file[body])) else {
            fault = "the block \(open) is not base64"
            return
          }
          blocks.append(Block(label: open, bytes: bytes))
          label = nil
        } else if PEMBlocks.has(file, line, "-----BEGIN ") {
          fault = "the block \(open) has no end"
          return
        } else {
          body = body.lowerBound..<end
        }
      } else if PEMBlocks.has(file, line, "-----BEGIN ") {
        guard let found = PEMBlocks.label(file, line, "-----BEGIN ") else {
          fault = "a block begins without a label"
          return
        }
        label = found
        body = min(end + 1, file.count)..<min(end + 1, file.count)
      }
    }
    if let label { fault = "the block \(label) has no end: the file is cut off" }
  }

  mutating func wipe() {
    for index in blocks.indices where blocks[index].isPrivateKey { blocks[index].wipe() }
  }

  private static func trim(_ file: UnsafeRawBufferPointer, _ line: Range<Int>) -> Range<Int> {
    var line = line
    while let last = line.last, file[last] <= 0x20 { line = line.lowerBound..<last }
    return line
  }

  private static func has(_ file: UnsafeRawBufferPointer, _ line: Range<Int>, _ prefix: StaticString) -> Bool {
    prefix.withUTF8Buffer { file[line].starts(with: $0) }
  }

  private static func label(_ file: UnsafeRawBufferPointer, _ line: Range<Int>, _ prefix: StaticString) -> String? {
    let dashes = file[line].suffix(5)
    let name = file[line].dropFirst(prefix.utf8CodeUnitCount).dropLast(5)
    guard dashes.count == 5, dashes.allSatisfy({ $0 == UInt8(ascii: "-") }), name.count <= 64 else { return nil }
    guard !name.isEmpty, name.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return nil }
    return String(decoding: name, as: UTF8.self)
  }

  private static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    var isSound = true
    let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { output, count in
      var pending: UInt32 = 0
      var digits = 0
      var padding = 0
      for byte in text where byte > 0x20 {
        if byte == UInt8(ascii: "=") {
          padding += 1
          continue
        }
        guard padding == 0, let value = digit(byte) else {
          isSound = false
          return
        }
        pending = pending << 6 | value
        digits += 1
        if digits % 4 == 0 {
          for shift in [16, 8, 0] as [UInt32] {
            output[count] = UInt8(truncatingIfNeeded: pending >> shift)
            count += 1
          }
          pending = 0
        }
      }
      let rest = digits % 4
      isSound = rest != 1 && digits > 0 && (rest + padding) % 4 == 0
      if rest == 2 || rest == 3 {
        pending <<= UInt32(6 * (4 - rest))
        for index in 0..<(rest - 1) {
          output[count] = UInt8(truncatingIfNeeded: pending >> UInt32(16 - 8 * index))
          count += 1
        }
      }
    }
    return isSound ? bytes : nil
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}

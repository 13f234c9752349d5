import SecretMemory

/// The plaintext of a bundle: a 16-bit count, then each name behind 16 bits and each value behind 32 bits of size, names ascending, big
/// endian, nothing after.
enum BundleEntries {
  static func encode(_ entries: [SealedBundle.Entry]) throws(SealedObjectError) -> SecretBytes {
    let sorted = entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    guard (1...1000).contains(sorted.count) else { throw .bundle("needs 1 to 1000 entries") }
    for entry in sorted where !isName(entry.name) {
      throw .bundle("cannot have an entry named \(entry.name.debugDescription)")
    }
    for (entry, next) in zip(sorted, sorted.dropFirst()) where entry.name == next.name {
      throw .bundle("has two entries named \(entry.name.debugDescription)")
    }
    let size = sorted.reduce(2) { $0 + 2 + $1.name.utf8.count + 4 + $1.value.count }
    guard size <= SealedBundle.limit else { throw .bundle("would hold more than \(SealedBundle.limit) bytes") }
    do {
      return try SecretBytes(count: size) { buffer in
        var offset = 0
        func put(_ value: Int, _ size: Int) {
          for shift in (0..<size).reversed() {
            buffer[offset] = UInt8(truncatingIfNeeded: value >> (8 * shift))
            offset += 1
          }
        }
        put(sorted.count, 2)
        for entry in sorted {
          put(entry.name.utf8.count, 2)
          for byte in entry.name.utf8 { put(Int(byte), 1) }
          put(entry.value.count, 4)
          entry.value.withUnsafeBytes { value in
            UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]).copyMemory(from: value)
          }
          offset += entry.value.count
        }
      }
    } catch {
      throw .memory(error)
    }
  }

  static func decode(_ plaintext: SecretBytes) throws(SealedObjectError) -> [SealedBundle.Entry] {
    try plaintext.withUnsafeBytes { (bytes) throws(SealedObjectError) in
      var rest = bytes[...]
      func number(_ size: Int) throws(SealedObjectError) -> Int {
        try take(size).reduce(0) { $0 << 8 | Int($1) }
      }
      func take(_ count: Int) throws(SealedObjectError) -> Slice<UnsafeRawBufferPointer> {
        guard count <= rest.count else { throw .bundle("is cut short inside") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
      }
      var entries: [SealedBundle.Entry] = []
      for _ in 0..<(try number(2)) {
        let name = String(decoding: try take(try number(2)), as: UTF8.self)
        let value = UnsafeRawBufferPointer(rebasing: try take(try number(4)))
        guard isName(name), entries.last.map({ $0.name.utf8.lexicographicallyPrecedes(name.utf8) }) ?? true else {
          throw .bundle("has names inside that are not ascending")
        }
        do throws(SecretMemoryError) {
          entries.append(SealedBundle.Entry(name: name, value: try SecretBytes(copying: value)))
        } catch {
          throw .memory(error)
        }
      }
      guard rest.isEmpty, !entries.isEmpty else { throw .bundle("has no entries or bytes after them") }
      return entries
    }
  }

  private static func isName(_ name: String) -> Bool {
    (1...255).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
      }
  }
}

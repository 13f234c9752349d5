import Glibc

/// Memory that one file after the other is read into. It grows to the largest file and stays.
final class FileBuffer {
  private(set) var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 16)

  deinit { memory.deallocate() }

  /// Reads the open file from its start: how many bytes there are. An attribute of sysfs comes whole and is shorter than
  /// a page, so a second read that finds nothing is not needed.
  func fill(
    from descriptor: Int32, limit: Int, isAttribute: Bool = false, path: () -> String
  ) throws(ReadError) -> Int {
    var count = 0
    while true {
      if count == memory.count {
        if count >= limit { throw ReadError(.tooLarge(limit: limit), path()) }
        grow(keeping: count)
      }
      let got = pread(descriptor, memory.baseAddress?.advanced(by: count), memory.count - count, off_t(count))
      if got > 0 {
        count += got
        if isAttribute, count < 4096 { return count }
      } else if got == 0 {
        if count > limit { throw ReadError(.tooLarge(limit: limit), path()) }
        return count
      } else if errno != EINTR {
        throw ReadError(code: errno, path())
      }
    }
  }

  /// What the open folder holds, by getdents64(2): a name at a time, without `.` and `..`.
  func entries(of descriptor: Int32, path: () -> String, _ each: (ByteText) -> Void) throws(ReadError) {
    while true {
      let got = directoryEntries(descriptor, memory)
      if got == 0 { return }
      if got < 0 {
        if errno == EINTR { continue }
        throw ReadError(code: errno, path())
      }
      var offset = 0
      // struct linux_dirent64: inode, offset, u16 record length at 16, u8 type, then the name and a NUL.
      while offset + 19 < got {
        let length = Int(memory.loadUnaligned(fromByteOffset: offset + 16, as: UInt16.self))
        if length < 20 || offset + length > got { break }
        let rest = ByteText(UnsafeRawBufferPointer(rebasing: memory[offset + 19..<offset + length]))
        let name = rest.prefix(rest.firstIndex(of: 0) ?? rest.count)
        if !(name == "." || name == "..") { each(name) }
        offset += length
      }
    }
  }

  private func grow(keeping count: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: memory.count * 2, alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    memory.deallocate()
    memory = larger
  }
}

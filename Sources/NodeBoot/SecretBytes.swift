import Glibc
import LocalFiles

/// A file's bytes, some of them secret: in one place only, and wiped before the memory goes back.
struct SecretBytes: ~Copyable {
  private let buffer: UnsafeMutableRawBufferPointer
  private let count: Int
  /// What the file was when it was read.
  let stamp: FileStamp

  /// How many bytes a file with secrets may have: a mebibyte.
  static let limit = 1 << 20

  /// Reads the file at `path`.
  init(path: String) throws(RegularFile.Fault) {
    let file = try RegularFile(path: path, limit: SecretBytes.limit)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, file.stamp.size), alignment: 16)
    do throws(RegularFile.Fault) {
      try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<file.stamp.size]))
    } catch {
      SecretBytes.wipe(buffer)
      buffer.deallocate()
      throw error
    }
    self.buffer = buffer
    count = file.stamp.size
    stamp = file.stamp
  }

  deinit {
    SecretBytes.wipe(buffer)
    buffer.deallocate()
  }

  /// The bytes, for as long as `body` runs.
  borrowing func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
  }

  /// Overwrites memory in a way that the optimiser does not take out.
  static func wipe(_ buffer: UnsafeMutableRawBufferPointer) {
    if let start = buffer.baseAddress { explicit_bzero(start, buffer.count) }
  }
}

import Glibc

/// A file's bytes, some of them secret: in one place only, and wiped before the memory goes back.
struct SecretBytes: ~Copyable {
  private let buffer: UnsafeMutableRawBufferPointer
  private let count: Int
  /// What the file was when it was read.
  let stamp: FileStamp

  /// Why a file cannot be read, as a finding's words.
  struct Failure: Error {
    var message: String
    /// Whether the same look may come out differently although the file has not changed.
    var isTransient = false
  }

  /// Reads the file at `path`, at most a mebibyte of it.
  init(path: String) throws(Failure) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw errno == ENOENT ? Failure(message: "missing") : SecretBytes.failure("opened")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SecretBytes.failure("examined") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(message: "not a file") }
    let limit = 1 << 20
    guard status.st_size <= limit else { throw Failure(message: "longer than \(limit) bytes") }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, Int(status.st_size)), alignment: 16)
    var filled = 0
    while filled < Int(status.st_size) {
      let got = read(descriptor, buffer.baseAddress?.advanced(by: filled), Int(status.st_size) - filled)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else {
        let failure = got < 0 ? SecretBytes.failure("read") : Failure(message: "changing", isTransient: true)
        SecretBytes.wipe(buffer)
        buffer.deallocate()
        throw failure
      }
      filled += got
    }
    self.buffer = buffer
    count = filled
    stamp = FileStamp(status)
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

  private static func failure(_ done: String) -> Failure {
    Failure(message: "cannot be \(done): \(String(cString: strerror(errno)))", isTransient: true)
  }
}

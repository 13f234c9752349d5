import Glibc

/// A regular file that is open to be read, up to a limit. A FIFO would make its reader wait for ever, and a device may
/// have no end: neither is opened.
public struct RegularFile: ~Copyable {
  /// Why a file is not read.
  public enum Fault: Error, Sendable, Hashable {
    /// There is none (`ENOENT`).
    case missing
    /// It is a FIFO, a device, a socket or a folder.
    case notRegular
    /// It has more bytes than may be read.
    case tooLong(limit: Int)
    /// It became shorter while it was read.
    case changing
    /// A system call failed with this `errno`; `ELOOP` for a symbolic link that is not to be followed.
    case unreadable(code: Int32)
  }

  /// What becomes of a symbolic link at the path's end.
  public enum Links: Sendable, Hashable {
    /// It is followed: the file's owner may replace it so, as Kubernetes' projected volumes do.
    case followed
    /// It is refused: the file is one that we wrote.
    case refused
  }

  /// Open for reading, at the file's start.
  public let descriptor: Descriptor
  private let limit: Int
  /// What the file was when it was opened.
  public let stamp: FileStamp

  /// Opens the file at `path`, of which at most `limit` bytes are to be read.
  public init(path: String, limit: Int, links: Links = .followed) throws(Fault) {
    // Before it is opened, because opening a device may already do something.
    var status = stat()
    guard (links == .followed ? stat(path, &status) : lstat(path, &status)) == 0 else { throw RegularFile.fault() }
    guard status.st_mode & S_IFMT != S_IFLNK else { throw .unreadable(code: ELOOP) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    // It may be another one by now, and a FIFO must not be waited for then either.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (links == .followed ? 0 : O_NOFOLLOW)
    let number = open(path, flags)
    guard number >= 0 else { throw RegularFile.fault() }
    let descriptor = Descriptor(owning: number)
    guard fstat(number, &status) == 0 else { throw RegularFile.fault() }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    guard status.st_size <= limit else { throw .tooLong(limit: limit) }
    self.descriptor = descriptor
    self.limit = limit
    stamp = FileStamp(status)
  }

  /// Its bytes to its end, wherever that is by now.
  public consuming func contents() throws(Fault) -> [UInt8] {
    guard let bytes = descriptor.contents(limit: limit, expecting: stamp.size) else {
      throw errno == EFBIG ? .tooLong(limit: limit) : RegularFile.fault()
    }
    return bytes
  }

  /// Fills `buffer`, so that its bytes are nowhere else in memory.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(Fault) {
    var filled = 0
    while filled < buffer.count {
      let got = Glibc.read(descriptor.number, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw RegularFile.fault() }
      guard got > 0 else { throw .changing }
      filled += got
    }
  }

  private static func fault() -> Fault { errno == ENOENT ? .missing : .unreadable(code: errno) }
}

extension RegularFile.Fault: CustomStringConvertible {
  /// A finding's words, without the path.
  public var description: String {
    switch self {
    case .missing: "missing"
    case .unreadable(let code): "cannot be read: \(String(cString: strerror(code)))"
    case .notRegular, .tooLong, .changing: reason
    }
  }

  /// What is the matter, for words that already say that the file cannot be read.
  public var reason: String {
    switch self {
    case .missing: String(cString: strerror(ENOENT))
    case .notRegular: "not a regular file"
    case .tooLong(let limit): "longer than \(limit) bytes"
    case .changing: "changing"
    case .unreadable(let code): String(cString: strerror(code))
    }
  }

  /// The errno of the call that failed; `nil` where none did.
  public var code: Int32? {
    switch self {
    case .missing: ENOENT
    case .unreadable(let code): code
    case .notRegular, .tooLong, .changing: nil
    }
  }

  /// The words where a file that is not there is no more to be waited for than one that cannot be read.
  public var asRefusal: String {
    self == .missing ? "\(RegularFile.Fault.unreadable(code: ENOENT))" : description
  }

  /// Whether the same look may come out differently although the file has not changed.
  public var isTransient: Bool {
    switch self {
    case .changing, .unreadable: true
    case .missing, .notRegular, .tooLong: false
    }
  }
}

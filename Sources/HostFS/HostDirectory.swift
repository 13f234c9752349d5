import Glibc

/// An open folder of the host, such as a device's in sysfs: its attributes are opened relative to it.
public struct HostDirectory: ~Copyable {
  /// Its path on the host: `/sys/class/net/eth0`.
  public let name: String
  private let root: HostRoot
  private let descriptor: Int32
  private let isSysfs: Bool

  init(_ root: HostRoot, at folder: Int32, _ path: String, name: String, isSysfs: Bool) throws(ReadError) {
    descriptor = openat(folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { throw ReadError(code: errno, name) }
    self.root = root
    self.isSysfs = isSysfs
    self.name = name
  }

  deinit { close(descriptor) }

  /// The names in it, in the order of their bytes.
  public func entries() throws(ReadError) -> [String] {
    var names: [String] = []
    _ = lseek(descriptor, 0, SEEK_SET)
    try root.buffer.entries(of: descriptor, path: { name }) { names.append($0.string) }
    names.sort()
    return names
  }

  /// Opens the folder `path` in it.
  public func directory(_ path: String) throws(ReadError) -> HostDirectory {
    try HostDirectory(root, at: descriptor, path, name: "\(name)/\(path)", isSysfs: isSysfs)
  }

  /// Reads `path` and hands its bytes to `body`, which must not keep them nor read another file of the same root.
  public func read<Result>(
    _ path: StaticString, limit: Int = 1 << 20, _ body: (ByteText) -> Result
  ) throws(ReadError) -> Result {
    try root.read(
      at: descriptor, path, limit: limit, isAttribute: isSysfs, name: { "\(name)/\(path)" }, body)
  }

  /// Reads the file with a name that was found.
  public func read<Result>(
    named path: String, limit: Int = 1 << 20, _ body: (ByteText) -> Result
  ) throws(ReadError) -> Result {
    do {
      return try path.withCString { pointer in
        try root.read(
          at: descriptor, pointer, limit: limit, isAttribute: isSysfs, name: { "\(name)/\(path)" }, body)
      }
    } catch let error as ReadError {
      throw error
    } catch {
      throw ReadError(.system(EIO), "\(name)/\(path)")
    }
  }

  /// An attribute that not every device has, as a number; `nil` where it is missing, may not be read or is none.
  public func number(_ path: StaticString) -> Int64? {
    optional(path) { $0.trimmed.signed }
  }

  /// An attribute that not every device has, as a text without its line end; `nil` where it is missing.
  public func text(_ path: StaticString) -> String? {
    optional(path) { $0.trimmed.string }
  }

  /// The number in the file with a name that was found; `nil` where it cannot be read or is none.
  public func number(named path: String) -> Int64? {
    optional(named: path) { $0.trimmed.signed }
  }

  /// The text in the file with a name that was found; `nil` where it cannot be read.
  public func text(named path: String) -> String? {
    optional(named: path) { $0.trimmed.string }
  }

  /// Where the symbolic link with the name points; `nil` where there is none.
  public func link(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { target in
      guard let start = target.baseAddress else { return nil }
      let count = readlinkat(descriptor, path, start, target.count)
      if count <= 0 { return nil }
      return ByteText(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(target)[..<count])).string
    }
  }

  private func optional<Result>(named path: String, _ body: (ByteText) -> Result?) -> Result? {
    do throws(ReadError) {
      return try read(named: path, limit: 1 << 16, body)
    } catch {
      return nil
    }
  }

  /// An attribute that not every device has, read by `body`; `nil` where it is missing, may not be read, or the device
  /// does not answer for it now, as an interface that is down for its speed.
  public func optional<Result>(_ path: StaticString, _ body: (ByteText) -> Result?) -> Result? {
    do throws(ReadError) {
      return try read(path, limit: 1 << 16, body)
    } catch {
      return nil
    }
  }
}

import Glibc

/// A folder of ours.
public struct LocalFolder: Sendable, Hashable {
  /// Where it is.
  public let path: String

  /// The folder at `path`, whether there is one or not.
  public init(path: String) { self.path = path }

  /// The folder that holds the file or folder at `path`.
  public init(holding path: String) {
    let slash = path.lastIndex(of: "/")
    self.path = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  /// Makes it where it is not there, and that durable; the process's mask takes from `mode`.
  public func make(mode: UInt32 = 0o700) throws(FileFault) {
    guard mkdir(path, mode) == 0 else {
      if errno == EEXIST { return }
      throw .current(.make, path)
    }
    try LocalFolder(holding: path).sync()
  }

  /// Makes its entries outlive a power cut.
  public func sync() throws(FileFault) {
    let number = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { throw .current(.makeDurable, path) }
    let folder = Descriptor(owning: number)
    guard fsync(folder.number) == 0 else { throw .current(.makeDurable, path) }
  }

  /// The names in it, ascending; `nil` where there is no folder.
  public func names() throws(FileFault) -> [String]? {
    guard let stream = opendir(path) else {
      if errno == ENOENT { return nil }
      throw .current(.read, path)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      // The end and a failure both give nothing: only errno tells them apart.
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw .current(.read, path) }
        return names.sorted()
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
  }
}

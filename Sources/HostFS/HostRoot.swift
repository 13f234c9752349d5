import Glibc

/// Where the host's files are: `/` on the host itself, or the folder that a pod has the host's `/` mounted at.
///
/// A pod's own `/proc/net`, `/proc/self/mountinfo` and `/proc/sys/net` show the pod; process 1 of the host's procfs
/// shows the host, and is what is asked. Files are opened relative to folders that stay open, and read into one buffer:
/// a root belongs to one thread at a time, and another thread gets a `sibling`.
public final class HostRoot {
  /// A part of the host.
  public enum Place: Sendable, Hashable {
    /// The root of its file systems.
    case root
    /// procfs, `/proc`.
    case proc
    /// sysfs, `/sys`.
    case sys
    /// The network namespace of process 1, `/proc/1/net`.
    case net
    /// Process 1, `/proc/1`.
    case initProcess
  }

  let tree: HostTree
  let buffer = FileBuffer()
  private var kept: [KeptFile] = []

  /// The largest file that is read unless a caller says otherwise, in bytes.
  public static let defaultLimit = 4 << 20

  /// The host at `rootfs`. procfs and sysfs may be elsewhere. What is missing below them is found missing when it is
  /// read; an error here is a `rootfs` that is no folder.
  public init(rootfs: String = "/", procfs: String? = nil, sysfs: String? = nil) throws(ReadError) {
    tree = try HostTree(rootfs: rootfs, procfs: procfs, sysfs: sysfs)
  }

  private init(_ tree: HostTree) { self.tree = tree }

  deinit { for file in kept { close(file.descriptor) } }

  /// The same host for another thread, with a buffer of its own.
  public func sibling() -> HostRoot { HostRoot(tree) }

  /// What makes siblings on other threads.
  public var origin: Origin { Origin(tree: tree) }

  /// A host without a buffer, to be handed from thread to thread.
  public struct Origin: Sendable {
    let tree: HostTree
    /// The host, for the thread that calls.
    public func root() -> HostRoot { HostRoot(tree) }
  }

  /// Whether this is the host's own view, so that this process's namespaces are taken for the host's.
  public var isHostItself: Bool { tree.rootfs == "/" }

  /// The path at which this process finds the host's `path`: `/host/var` for `/var` in a pod.
  public func path(_ path: String) -> String { isHostItself ? path : tree.rootfs + path }

  /// Reads `path` and hands its bytes to `body`, which must not keep them nor read another file of this root.
  public func read<Result>(
    _ place: Place, _ path: StaticString, limit: Int = defaultLimit,
    _ body: (ByteText) -> Result
  ) throws(ReadError) -> Result {
    let folder = try tree.descriptor(place)
    let name = { self.tree.name(place, path.description) }
    guard tree.isKernelOwned, place != .root, place != .sys else {
      return try read(at: folder, path, limit: limit, isAttribute: place == .sys, name: name, body)
    }
    let file = try keptFile(place, path, folder, name)
    do throws(ReadError) {
      return try read(open: file, limit: limit, isAttribute: false, name: name, body)
    } catch {
      // Its module may have gone, and come back with another file of the same name.
      kept.removeAll { $0.descriptor == file }
      close(file)
      throw error
    }
  }

  /// A file of procfs that stays open. Read again from its start it is made anew, into memory that the kernel has kept
  /// for it: a large one would otherwise be written twice each time, once to learn that a page is too small.
  private struct KeptFile {
    let place: Place
    let path: UnsafePointer<UInt8>
    let descriptor: Int32
  }

  private func keptFile(
    _ place: Place, _ path: StaticString, _ folder: Int32, _ name: () -> String
  ) throws(ReadError) -> Int32 {
    for file in kept where file.path == path.utf8Start && file.place == place { return file.descriptor }
    let pointer = UnsafeRawPointer(path.utf8Start).assumingMemoryBound(to: CChar.self)
    let descriptor = openat(folder, pointer, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    if descriptor < 0 { throw ReadError(code: errno, name()) }
    kept.append(KeptFile(place: place, path: path.utf8Start, descriptor: descriptor))
    return descriptor
  }

  /// The file's bytes in a copy.
  public func bytes(
    _ place: Place, _ path: StaticString, limit: Int = defaultLimit
  ) throws(ReadError) -> [UInt8] {
    try read(place, path, limit: limit) { Array($0.bytes) }
  }

  /// Opens the folder `path`.
  public func directory(_ place: Place, _ path: String) throws(ReadError) -> HostDirectory {
    let name = tree.name(place, path)
    return try HostDirectory(self, at: tree.descriptor(place), path, name: name, isSysfs: place == .sys)
  }

  func read<Result>(
    at folder: Int32, _ path: StaticString, limit: Int, isAttribute: Bool, name: () -> String,
    _ body: (ByteText) -> Result
  ) throws(ReadError) -> Result {
    let pointer = UnsafeRawPointer(path.utf8Start).assumingMemoryBound(to: CChar.self)
    return try read(at: folder, pointer, limit: limit, isAttribute: isAttribute, name: name, body)
  }

  func read<Result>(
    at folder: Int32, _ path: UnsafePointer<CChar>, limit: Int, isAttribute: Bool, name: () -> String,
    _ body: (ByteText) -> Result
  ) throws(ReadError) -> Result {
    // A pipe or a device that stands where a file should must not hold the reader up.
    let file = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    if file < 0 { throw ReadError(code: errno, name()) }
    defer { close(file) }
    return try read(open: file, limit: limit, isAttribute: isAttribute, name: name, body)
  }

  private func read<Result>(
    open file: Int32, limit: Int, isAttribute: Bool, name: () -> String, _ body: (ByteText) -> Result
  ) throws(ReadError) -> Result {
    let count = try buffer.fill(from: file, limit: limit, isAttribute: isAttribute, path: name)
    return body(ByteText(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer.memory)[..<count])))
  }
}

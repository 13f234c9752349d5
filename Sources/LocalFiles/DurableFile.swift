import Glibc

/// A file of which, after a power cut or a kill at any step, either the old or the new content is there, whole.
public struct DurableFile: Sendable, Hashable {
  /// What happens next; for tests that end the program there.
  public enum Step: Sendable, Hashable, CaseIterable {
    /// The new content's file is made.
    case create
    /// It is written.
    case write
    /// It is made durable.
    case syncFile
    /// It takes the place of the old one.
    case rename
    /// A file is removed.
    case unlink
    /// The folder's entries are made durable.
    case syncFolder
  }

  /// Where it is.
  public let path: String

  /// The file at `path`, whether there is one or not.
  public init(path: String) { self.path = path }

  /// Where its new content is written.
  var beside: String { path + ".new" }

  /// Replaces it: written beside, made durable, put in place, the folder made durable. What an interrupted run left
  /// beside is removed first.
  /// - Parameters:
  ///   - mode: the permission bits; the process's mask takes from them.
  ///   - ignoresMask: whether the file gets `mode` whatever the mask is.
  ///   - before: called before each step.
  public func replace(
    with bytes: UnsafeRawBufferPointer, mode: UInt32 = 0o600, ignoresMask: Bool = false,
    before: (Step) -> Void = { _ in }
  ) throws(FileFault) {
    unlink(beside)
    do throws(FileFault) {
      try write(bytes, mode, ignoresMask, before)
      before(.rename)
      guard rename(beside, path) == 0 else { throw .current(.putInPlace, path) }
    } catch {
      unlink(beside)
      throw error
    }
    before(.syncFolder)
    try LocalFolder(holding: path).sync()
  }

  /// The same of bytes that are no secret.
  public func replace(
    with bytes: [UInt8], mode: UInt32 = 0o600, ignoresMask: Bool = false, before: (Step) -> Void = { _ in }
  ) throws(FileFault) {
    try bytes.span.withUnsafeBytes { bytes throws(FileFault) in
      try replace(with: bytes, mode: mode, ignoresMask: ignoresMask, before: before)
    }
  }

  /// Puts it in the place of `other`, in the same folder.
  public func move(over other: DurableFile, before: (Step) -> Void = { _ in }) throws(FileFault) {
    before(.rename)
    guard rename(path, other.path) == 0 else { throw .current(.putInPlace, other.path) }
    before(.syncFolder)
    try LocalFolder(holding: other.path).sync()
  }

  /// Removes it, if it is there. After a power cut it may be there again.
  public func remove(before: (Step) -> Void = { _ in }) throws(FileFault) {
    before(.unlink)
    guard unlink(path) == 0 || errno == ENOENT else { throw .current(.remove, path) }
  }

  private func write(
    _ bytes: UnsafeRawBufferPointer, _ mode: UInt32, _ ignoresMask: Bool, _ before: (Step) -> Void
  ) throws(FileFault) {
    before(.create)
    let number = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard number >= 0 else { throw .current(.write, beside) }
    let file = Descriptor(owning: number)
    before(.write)
    guard file.write(bytes), !ignoresMask || fchmod(number, mode) == 0 else { throw .current(.write, beside) }
    before(.syncFile)
    guard fsync(number) == 0 else { throw .current(.makeDurable, beside) }
  }
}

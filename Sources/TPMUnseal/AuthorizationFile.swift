import Glibc
import LocalFiles
public import SecretMemory

/// The authorization value that an encrypted disk holds: whoever boots another root without the disk's key does not have it.
public enum AuthorizationFile {
  private static let size = 32

  /// The value in the file at `path`; 32 bytes, nothing else.
  public static func read(_ path: String) throws(UnsealError) -> SecretBytes {
    let value = try SecretFile.read(path, limit: size)
    guard value.count == size else { throw .release(.system(action: "use", path: path, code: EINVAL)) }
    return value
  }

  /// The value in the file, which is made with random bytes, mode 0400 and durably where it is not there yet.
  public static func readOrMake(_ path: String) throws(UnsealError) -> SecretBytes {
    if access(path, F_OK) == 0 { return try read(path) }
    let value: SecretBytes
    do { value = try SecretBytes.random(count: size) } catch { throw .memory(error) }
    do throws(ReleaseError) { try SecretFile.make(path, value) } catch { throw .release(error) }
    return value
  }
}

/// Secrets in files of a disk or a tmpfs, read into locked memory.
public enum SecretFile {
  /// The bytes of the file, at most `limit`; a longer one is refused. `-` is standard input.
  public static func read(_ path: String, limit: Int) throws(UnsealError) -> SecretBytes {
    let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw .release(.current("read", path)) }
    defer { close(descriptor) }
    do throws(SecretMemoryError) {
      return try SecretBytes.read(from: descriptor, limit: limit)
    } catch {
      if case .reading(let code) = error { throw .release(.system(action: "read", path: path, code: code)) }
      throw .memory(error)
    }
  }

  /// A new file, mode 0400, durable; whole or not there.
  static func make(_ path: String, _ secret: SecretBytes) throws(ReleaseError) {
    let beside = "\(path).new"
    unlink(beside)
    let number = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o400)
    guard number >= 0 else { throw .current("make", beside) }
    let file = Descriptor(owning: number)
    do throws(ReleaseError) {
      guard secret.withUnsafeBytes({ file.write($0) }) else { throw .current("write", beside) }
      guard fsync(number) == 0 else { throw .current("make durable", beside) }
      // Never over another: two that make it at once must end up with one value.
      guard link(beside, path) == 0 else { throw .current("put in place", path) }
      unlink(beside)
    } catch {
      unlink(beside)
      throw error
    }
    do throws(FileFault) { try LocalFolder(holding: path).sync() } catch { throw ReleaseError(error) }
  }
}

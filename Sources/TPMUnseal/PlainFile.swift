import Glibc
import LocalFiles

/// Files that hold nothing secret: sealed blobs, sidecars, event logs.
public enum PlainFile {
  /// The bytes of `path`, at most `limit`; `EFBIG` where there are more. It may be a pipe, as a shell's `<(…)` is.
  public static func read(_ path: String, limit: Int = 4 << 20) throws(ReleaseError) -> [UInt8] {
    let number = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard number >= 0 else { throw .current("read", path) }
    guard let bytes = Descriptor(owning: number).contents(limit: limit) else { throw .current("read", path) }
    return bytes
  }

  /// Replaces `path` by a file with `bytes`, durably: after a power cut it is the old one or the new one.
  public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(ReleaseError) {
    do throws(FileFault) {
      try DurableFile(path: path).replace(with: bytes, mode: mode)
    } catch {
      throw ReleaseError(error)
    }
  }
}

extension ReleaseError {
  init(_ fault: FileFault) { self = .system(action: fault.action.rawValue, path: fault.path, code: fault.code) }
}

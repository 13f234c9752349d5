import Glibc

/// Why something of the host could not be read.
public struct ReadError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of reason it is.
  public enum Cause: Sendable, Hashable, CustomStringConvertible {
    /// It is not there: `ENOENT`, `ENOTDIR`, `ENODEV`, `ENXIO`.
    case absent
    /// This process may not read it: `EACCES`, `EPERM`.
    case denied
    /// The kernel or the device has it switched off: `EOPNOTSUPP`, `ENOSYS`, `EINVAL`.
    case unsupported
    /// It is longer than what is read of such a file, in bytes.
    case tooLarge(limit: Int)
    /// The call failed with another errno(3).
    case system(Int32)

    /// Two or three words: `absent`, `Stale file handle`.
    public var description: String {
      switch self {
      case .absent: "absent"
      case .denied: "denied"
      case .unsupported: "unsupported"
      case .tooLarge: "too large"
      case .system(let code): String(cString: strerror(code))
      }
    }
  }

  /// The kind of reason.
  public var cause: Cause
  /// What was to be read, as a path on the host: `/proc/stat`.
  public var path: String

  /// An error at `path`.
  public init(_ cause: Cause, _ path: String) {
    self.cause = cause
    self.path = path
  }

  /// The error that `code`, of errno(3), is.
  public init(code: Int32, _ path: String) {
    let cause: Cause =
      switch code {
      case ENOENT, ENOTDIR, ENODEV, ENXIO: .absent
      case EACCES, EPERM: .denied
      case EOPNOTSUPP, ENOSYS, EINVAL: .unsupported
      default: .system(code)
      }
    self.init(cause, path)
  }

  /// A sentence without an end: `/proc/pressure/cpu is switched off in this kernel`.
  public var description: String {
    switch cause {
    case .absent: "\(path) does not exist"
    case .denied: "\(path) may not be read by this process"
    case .unsupported: "\(path) is switched off in this kernel or device"
    case .tooLarge(let limit): "\(path) is longer than \(limit) bytes"
    case .system: "\(path): \(cause)"
    }
  }
}

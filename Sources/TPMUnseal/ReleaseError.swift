import Glibc

/// Why a secret did not reach its file, or stayed in it.
public enum ReleaseError: Error, Sendable, Hashable {
  /// A system call on that path failed with this `errno`.
  case system(action: String, path: String, code: Int32)
  /// The folder is no tmpfs or ramfs: a secret would reach a disk.
  case notInMemory(folder: String)
  /// The folder's tmpfs may be swapped out to a device, and there is such a device.
  case swappable(folder: String, device: String)
  /// Others than its owner may write into the folder: they could put another file in the secret's place.
  case openFolder(folder: String, mode: UInt32)
  /// The bundle has no entry of that name.
  case noEntry(name: String, known: [String])

  /// The error that `errno` tells of now.
  static func current(_ action: String, _ path: String) -> ReleaseError {
    .system(action: action, path: path, code: errno)
  }
}

extension ReleaseError: CustomStringConvertible {
  /// One line that says what and where.
  public var description: String {
    switch self {
    case .system(let action, let path, let code): "cannot \(action) \(path): \(String(cString: strerror(code)))"
    case .notInMemory(let folder):
      "\(folder) is on no tmpfs: a secret written there would reach a disk"
    case .swappable(let folder, let device):
      "\(folder) is a tmpfs without noswap, and \(device) is in use as swap: a secret written there could reach it"
    case .openFolder(let folder, let mode):
      "\(folder) may be written by others than its owner (mode 0\(String(mode, radix: 8)))"
    case .noEntry(let name, let known):
      "the bundle holds no '\(name)'; it holds \(known.isEmpty ? "nothing" : known.joined(separator: ", "))"
    }
  }
}

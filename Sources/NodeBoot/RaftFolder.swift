import Glibc
import LocalFiles

/// The folder with OpenBao's Raft data, and what is known of whose data that is.
///
/// Before OpenBao first starts with an empty folder, a file in it says that its data is unconfirmed; once OpenBao was healthy, that it is confirmed.
/// So only what began under this gate's eyes, and was never part of a working cluster, is ever deleted. OpenBao leaves both files alone.
struct RaftFolder: ~Copyable {
  /// What is in the folder.
  enum State: Sendable, Hashable {
    /// No data of OpenBao's.
    case empty
    /// Data that began here and was never seen to work: an interrupted initialisation or joining, or a start without either.
    case unconfirmed
    /// Data that OpenBao was healthy with.
    case confirmed
    /// Data of which nothing is known.
    case unknown
  }

  /// What OpenBao's storage "raft" makes in its folder.
  static let dataNames = ["vault.db", "raft"]
  static let unconfirmedName = "ll-unconfirmed"
  static let confirmedName = "ll-confirmed"

  /// Where it is.
  let path: String
  let folder: Descriptor

  /// The folder at `path`, which must be one, and no link to one.
  init(path: String) throws(BootstrapFault) {
    let number = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard number >= 0 else { throw Self.fault("open", path) }
    self.path = path
    folder = Descriptor(owning: number)
  }

  /// What is there now.
  func state() throws(BootstrapFault) -> State {
    let unconfirmed = try isMarked(Self.unconfirmedName)
    let confirmed = try isMarked(Self.confirmedName)
    guard try !data().isEmpty else { return .empty }
    return confirmed ? .confirmed : unconfirmed ? .unconfirmed : .unknown
  }

  /// The names of OpenBao's data that are there.
  func data() throws(BootstrapFault) -> [String] {
    var found: [String] = []
    for name in Self.dataNames where try type(of: name) != nil { found.append(name) }
    return found
  }

  /// Notes, in an empty folder, that what comes is unconfirmed. It outlives a power cut.
  func begin() throws(BootstrapFault) {
    if try !isMarked(Self.unconfirmedName) { try mark(Self.unconfirmedName) }
    // Of data that somebody deleted: it must not vouch for what comes.
    if try isMarked(Self.confirmedName) {
      guard unlinkat(folder.number, Self.confirmedName, 0) == 0 else { throw fault("delete", Self.confirmedName) }
    }
    try sync()
  }

  /// Notes that OpenBao was healthy with this data. It outlives a power cut.
  func confirm() throws(BootstrapFault) {
    guard try !data().isEmpty else {
      throw BootstrapFault("\(path) holds no data of OpenBao's, although it is healthy: is this its folder?")
    }
    if try isMarked(Self.unconfirmedName) {
      guard renameat(folder.number, Self.unconfirmedName, folder.number, Self.confirmedName) == 0 else {
        throw fault("rename", Self.unconfirmedName)
      }
    } else if try !isMarked(Self.confirmedName) {
      try mark(Self.confirmedName)
    }
    try sync()
  }

  /// Makes the folder's entries outlive a power cut.
  func sync() throws(BootstrapFault) {
    guard fsync(folder.number) == 0 else { throw Self.fault("make durable", path) }
  }

  private func mark(_ name: String) throws(BootstrapFault) {
    let number = openat(folder.number, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard number >= 0 else { throw fault("write", name) }
    let file = Descriptor(owning: number)
    // The name says it all; the words are for who finds it.
    _ = file.write(Array("Written by ll-node bootstrap-gate or bootstrap-confirm; see its --help.\n".utf8))
    guard fsync(number) == 0 else { throw fault("make durable", name) }
  }

  private func isMarked(_ name: String) throws(BootstrapFault) -> Bool {
    guard let type = try type(of: name) else { return false }
    guard type == S_IFREG else { throw BootstrapFault("\(path)/\(name) is no regular file: who put it there?") }
    return true
  }

  /// The type of an entry (`S_IFMT`), links not followed; `nil` where there is none.
  func type(of name: String) throws(BootstrapFault) -> mode_t? {
    var status = stat()
    guard fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      if errno == ENOENT { return nil }
      throw fault("look at", name)
    }
    return status.st_mode & S_IFMT
  }

  func fault(_ action: String, _ name: String) -> BootstrapFault { Self.fault(action, "\(path)/\(name)") }

  static func fault(_ action: String, _ path: String) -> BootstrapFault {
    BootstrapFault("cannot \(action) \(path): \(String(cString: strerror(errno)))")
  }
}

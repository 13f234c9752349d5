import Crypto
import Glibc

/// The folder that `--artifacts` names: our own programs as built for the nodes.
public enum ArtifactFolder {
  /// The programs that a node may run.
  public static let programs = ["ll-agent", "ll-node", "ll-tpm"]

  /// Hashes every program of ours in `folder`; at least one must be there.
  public static func read(_ folder: String) throws(FileError) -> [ProgramArtifact] {
    var found: [ProgramArtifact] = []
    for name in programs {
      let path = "\(folder)/\(name)"
      guard try HostFile.isThere(path) else { continue }
      found.append(ProgramArtifact(name: name, hash: .init(function: .sha256, hex: try hash(path))))
    }
    if found.isEmpty {
      throw FileError("cannot read", folder, reason: "it holds none of \(programs.joined(separator: ", "))")
    }
    return found
  }

  private static func hash(_ path: String) throws(FileError) -> String {
    // Without waiting for whoever may write into a pipe of that name.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .current("cannot read", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .current("cannot read", path) }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
      throw FileError("cannot use", path, reason: "a program is a plain file that is not empty")
    }
    var hash = SHA256()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw .current("cannot read", path)
      }
      if count == 0 { break }
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    return hash.finalize().hex
  }
}

extension ArtifactFolder {
  /// Copies a program, beside first and then renamed.
  static func copy(_ path: String, to target: String) throws(FileError) {
    let source = open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw .current("cannot read", path) }
    defer { close(source) }
    let beside = "\(target).partial"
    let copy = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o755)
    guard copy >= 0 else { throw .current("cannot write", target) }
    defer { close(copy) }
    var count = 1
    while count > 0 {
      count = sendfile(copy, source, nil, 1 << 30)
      if count < 0 && errno == EINTR { count = 1 }
    }
    guard count == 0, fsync(copy) == 0, rename(beside, target) == 0 else {
      let failure = FileError.current("cannot write", target)
      unlink(beside)
      throw failure
    }
  }
}

extension Sequence<UInt8> {
  /// Lower-case hexadecimal digits, two for each byte.
  var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in self { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}

import Glibc

/// A file with a token, a key or certificates. The kubelet's owner replaces such files while we run, by rename or
/// through a link.
struct CredentialFile {
  /// What tells one version of a file from another.
  struct Stamp: Hashable {
    var device: UInt64
    var inode: UInt64
    var size: Int64
    var seconds: Int
    var nanoseconds: Int
  }

  let path: String

  /// Which version is there now.
  func stamp() throws(KubeletError) -> Stamp {
    var file = stat()
    guard stat(path, &file) == 0 else { throw .file(path, Self.words(errno)) }
    return Stamp(
      device: UInt64(file.st_dev), inode: UInt64(file.st_ino), size: Int64(file.st_size), seconds: file.st_mtim.tv_sec,
      nanoseconds: file.st_mtim.tv_nsec)
  }

  /// Its bytes, at most a mebibyte.
  func contents() throws(KubeletError) -> [UInt8] {
    // Without O_NONBLOCK a pipe that somebody put there would hold us.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .file(path, Self.words(errno)) }
    defer { close(descriptor) }
    var file = stat()
    guard fstat(descriptor, &file) == 0 else { throw .file(path, Self.words(errno)) }
    guard file.st_mode & S_IFMT == S_IFREG else { throw .file(path, "not a regular file") }
    let limit = 1 << 20
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = Glibc.read(descriptor, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .file(path, Self.words(errno)) }
      guard count > 0 else { return bytes }
      bytes += part[..<count]
      guard bytes.count <= limit else { throw .file(path, "longer than a mebibyte") }
    }
  }

  /// The bearer token in it, without the line's end.
  func bearerToken() throws(KubeletError) -> String {
    var bytes = try contents()[...]
    while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
    // What is no token (RFC 6750, b64token) must not become part of a header.
    let others = Set("-._~+/=".utf8)
    let isToken = bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
      default: others.contains(byte)
      }
    }
    guard isToken, !bytes.isEmpty else { throw .file(path, "holds no bearer token") }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}

import Crypto
import Glibc

/// The folder that `--artifacts` names: our own programs as built for the nodes.
public enum ArtifactFolder {
  /// The programs that a node may run.
  public static let programs = ["ll-agent", "ll-node", "ll-tpm"]

  /// Hashes every program of ours in `folder`; at least one must be there.
  public static func read(_ folder: String) throws(FileError) -> [ProgramArtifact] {
    var found: [ProgramArtifact] = []
    for name in programs where HostFile.exists("\(folder)/\(name)") {
      found.append(ProgramArtifact(name: name, hash: .init(function: .sha256, hex: try hash("\(folder)/\(name)"))))
    }
    if found.isEmpty {
      throw FileError("cannot read", folder, reason: "it holds none of \(programs.joined(separator: ", "))")
    }
    return found
  }

  private static func hash(_ path: String) throws(FileError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .current("cannot read", path) }
    defer { close(descriptor) }
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

extension Sequence<UInt8> {
  /// Lower-case hexadecimal digits, two for each byte.
  var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in self { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}

import BootImage
import CLinux
import Glibc
public import SecretMemory

/// Secrets that a person hands in: passphrases, age identities, recovery shares.
public enum SecretInput {
  /// The bytes of the file at `path` (`-` is standard input), at most `limit`.
  public static func read(_ path: String, limit: Int = 64 << 10) throws(DeskError) -> SecretBytes {
    let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw .file(.current("cannot read", path)) }
    defer { close(descriptor) }
    do throws(SecretMemoryError) {
      return try SecretBytes.read(from: descriptor, limit: limit)
    } catch {
      if case .reading(let code) = error {
        throw .file(FileError("cannot read", path, reason: String(cString: strerror(code))))
      }
      throw .environment("\(error)")
    }
  }

  /// The passphrase in the file at `path`: everything but one newline at its end.
  public static func passphrase(_ path: String) throws(DeskError) -> SecretBytes {
    try line(try read(path, limit: 4096), "\(path) holds no passphrase")
  }

  /// Asks for a passphrase on the terminal, unseen; twice where `isNew`.
  public static func ask(_ prompt: String, isNew: Bool) throws(DeskError) -> SecretBytes {
    let passphrase = try askOnce("\(prompt): ")
    if isNew, try askOnce("\(prompt), again: ") != passphrase { throw .refused("the two passphrases differ") }
    return passphrase
  }

  private static func askOnce(_ prompt: String) throws(DeskError) -> SecretBytes {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    guard terminal >= 0 else {
      throw .refused("a passphrase is needed, and there is no terminal to ask for it: --passphrase-file FILE")
    }
    defer { close(terminal) }
    let text = try DeskError.onMachine { () throws(SecretMemoryError) in
      try SecretBytes(capacity: 4096) { buffer in
        // A terminal gives a line at a time.
        max(0, ll_read_unseen(terminal, prompt, buffer.baseAddress, UInt(buffer.count)))
      }
    }
    return try line(text, "no passphrase was given")
  }

  private static func line(_ text: SecretBytes, _ refusal: String) throws(DeskError) -> SecretBytes {
    let count = text.withUnsafeBytes { bytes in
      guard bytes.last == UInt8(ascii: "\n") else { return bytes.count }
      // A file from another system ends its line with two.
      return bytes.count - (bytes.dropLast().last == UInt8(ascii: "\r") ? 2 : 1)
    }
    guard count > 0 else { throw .refused(refusal) }
    return try DeskError.onMachine { () throws(SecretMemoryError) in
      try text.withUnsafeBytes { (bytes) throws(SecretMemoryError) in
        try SecretBytes(copying: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      }
    }
  }
}

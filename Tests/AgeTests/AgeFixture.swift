import Age
import Foundation
import SecretMemory
import TestSupport
import Testing

/// The real age in a folder of its own.
struct AgeFixture {
  static let passphrase = "correct horse battery staple"
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Runs a program in the folder and says how it ended.
  func run(_ words: [String]) throws -> Command { try Command(words, in: folder.url) }

  /// Runs a program in the folder; a failure fails the test with its words.
  @discardableResult
  func tool(_ words: String) throws -> String {
    let command = try run(words.split(separator: " ").map(String.init))
    try #require(command.status == 0, "\(words): \(command.errors)")
    return command.output
  }

  /// Runs age on a terminal, typing the passphrase at every prompt; the status.
  func typing(_ passphrase: String, _ words: String) throws -> Int32 {
    let script = """
      import os, pty, sys
      pid, terminal = pty.fork()
      if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])
      seen = b""
      while True:
        try: more = os.read(terminal, 1024)
        except OSError: break
        if not more: break
        seen += more
        if seen.rstrip().endswith(b":"):
          seen = b""
          os.write(terminal, sys.argv[1].encode() + b"\\n")
      sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
      """
    return try run(["python3", "-c", script, passphrase] + words.split(separator: " ").map(String.init)).status
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.url.appendingPathComponent(name)))
  }

  func secret(_ name: String) throws -> SecretBytes { try Self.secret(try bytes(name)) }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: folder.url.appendingPathComponent(name))
  }

  func write(_ secret: SecretBytes, to name: String) throws { try write(Self.bytes(secret), to: name) }

  static func secret(_ bytes: [UInt8]) throws -> SecretBytes { try bytes.withUnsafeBytes(SecretBytes.init(copying:)) }

  static func secret(_ text: String) throws -> SecretBytes { try secret(Array(text.utf8)) }

  static func bytes(_ secret: SecretBytes) -> [UInt8] { secret.withUnsafeBytes { Array($0) } }

  /// Bytes that do not repeat within a chunk.
  static func plaintext(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8 ^ $0 >> 16 &* 7) }
  }

  /// What is thrown; `nil` where nothing is.
  static func refusal(_ body: () throws(AgeError) -> Void) -> AgeError? {
    do throws(AgeError) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  /// Why `file` is refused; `nil` where it opens.
  static func refusal(of file: [UInt8], _ keys: [AgeKey]) -> AgeError? {
    refusal { () throws(AgeError) in _ = try AgeFile.decrypt(file, with: keys) }
  }
}

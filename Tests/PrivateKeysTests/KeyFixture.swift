import Foundation
import PrivateKeys
import SecretMemory
import TestSupport
import Testing

/// OpenSSL on files of its own, and what this room makes of them.
struct KeyFixture {
  static let passphrase = "correct horse battery staple"
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Self.passphrase + "\n", to: "passphrase")
    try folder.write("another\n", to: "another")
  }

  /// Runs openssl in the folder; a failure fails the test with its words.
  @discardableResult
  func openssl(_ words: String) throws -> String {
    let command = try Command(["openssl"] + words.split(separator: " ").map(String.init), in: folder.url)
    try #require(command.status == 0, "openssl \(words): \(command.errors)")
    return command.output
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

  /// What is thrown; `nil` where nothing is.
  static func refusal(_ body: () throws(PrivateKeyError) -> Void) -> PrivateKeyError? {
    do throws(PrivateKeyError) {
      try body()
      return nil
    } catch {
      return error
    }
  }
}

extension KeyCurve {
  var opensslName: String {
    switch self {
    case .p256: "P-256"
    case .p384: "P-384"
    }
  }
}

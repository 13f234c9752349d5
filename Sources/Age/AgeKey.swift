import Crypto
import FoundationEssentials
public import SecretMemory

/// What opens an age file. Source: c2sp.org/age.
public enum AgeKey: Sendable {
  /// An X25519 secret, 32 bytes.
  case identity(SecretBytes)
  /// A passphrase, as typed and without the newline.
  case passphrase(SecretBytes)

  static let secretSize = 32
  private static let prefix = "AGE-SECRET-KEY-"

  /// A new identity from the kernel's random number generator.
  public static func generate() throws(AgeError) -> AgeKey {
    do throws(SecretMemoryError) {
      return .identity(try SecretBytes.random(count: secretSize))
    } catch {
      throw .memory(error)
    }
  }

  /// The recipient that an identity belongs to; `nil` for a passphrase, or for a secret that is not 32 bytes long.
  public var recipient: AgeRecipient? {
    guard case .identity(let secret) = self else { return nil }
    return secret.withUnsafeBytes { secret in
      let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: secret)
      return key.map { .x25519(Array($0.publicKey.rawRepresentation)) }
    }
  }

  /// All identities of an identity file: a line `AGE-SECRET-KEY-1…` each, among blank lines and `#` comments.
  public static func identities(in file: SecretBytes) throws(AgeError) -> [AgeKey] {
    let identities = try file.withUnsafeBytes { text throws(AgeError) in
      var identities: [AgeKey] = []
      var number = 0
      var rest = text[...]
      while !rest.isEmpty {
        number += 1
        var line = rest.prefix { $0 != UInt8(ascii: "\n") }
        rest = rest.dropFirst(line.count + 1)
        while let last = line.last, isBlank(last) { line.removeLast() }
        while let first = line.first, isBlank(first) { line.removeFirst() }
        guard let first = line.first, first != UInt8(ascii: "#") else { continue }
        identities.append(try identity(line, number))
      }
      return identities
    }
    guard !identities.isEmpty else { throw .noIdentity }
    return identities
  }

  /// The identity file as age-keygen writes it, without the time: the recipient as a comment, and the identity.
  /// ``AgeError/notAnIdentity`` for a passphrase.
  public var identityFile: SecretBytes {
    get throws(AgeError) {
      guard case .identity(let secret) = self, let recipient else { throw .notAnIdentity }
      let comment = Array("# public key: \(recipient)\n".utf8)
      let length = Bech32.length(prefix: Self.prefix, of: secret.count)
      do throws(SecretMemoryError) {
        return try SecretBytes(count: comment.count + length + 1) { buffer in
          buffer.copyBytes(from: comment)
          let line = UnsafeMutableRawBufferPointer(rebasing: buffer[comment.count..<(comment.count + length)])
          secret.withUnsafeBytes { Bech32.encode($0, prefix: Self.prefix.lowercased(), capitals: true, into: line) }
          buffer[buffer.count - 1] = UInt8(ascii: "\n")
        }
      } catch {
        throw .memory(error)
      }
    }
  }

  private static func identity(_ line: Slice<UnsafeRawBufferPointer>, _ number: Int) throws(AgeError) -> AgeKey {
    for (start, words) in [
      ("AGE-PLUGIN-", "identities of plugins"), ("AGE-SECRET-KEY-PQ-", "post-quantum identities"),
      ("-----BEGIN ", "SSH keys and encrypted identities"), ("age-encryption.org/", "encrypted identity files"),
    ] where line.starts(with: start.utf8) { throw .unsupported(words) }
    var refusal: Bech32.Refusal?
    let secret: SecretBytes
    do throws(SecretMemoryError) {
      secret = try SecretBytes(count: secretSize) { buffer in
        do throws(Bech32.Refusal) {
          try Bech32.decode(line, prefix: prefix, into: buffer)
        } catch {
          refusal = error
        }
      }
    } catch {
      throw .memory(error)
    }
    if let refusal { throw .identity(line: number, refusal.rawValue) }
    return .identity(secret)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains(byte)
  }
}

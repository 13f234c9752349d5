public import Crypto
import Glibc
import LocalFiles

/// The operator's P-256 key, which signs grants, and entitlements where it serves operators below it. It is made at the
/// first start and kept in a file of mode 0600.
public struct SigningKey: Sendable {
  let key: P256.Signing.PrivateKey

  /// The public half, as a DER SubjectPublicKeyInfo.
  public var publicKeyDER: [UInt8] { Array(key.publicKey.derRepresentation) }

  /// The public half in PEM, for those who are to verify what it signs.
  public var publicKeyPEM: String { key.publicKey.pemRepresentation + "\n" }

  /// A key that is in no file.
  public init(_ key: P256.Signing.PrivateKey) { self.key = key }

  /// The key in the file at `path`; makes one where there is none.
  public init(file path: String) throws(OperatorError) {
    guard let bytes = try OperatorFile.contents(ifThere: path, limit: 1 << 16) else {
      key = P256.Signing.PrivateKey()
      try OperatorFile.replace(path, with: Array((key.pemRepresentation + "\n").utf8))
      return
    }
    guard let stamp = FileStamp(path: path) else { throw .file(path, String(cString: strerror(errno))) }
    guard stamp.mode & 0o077 == 0 else {
      throw .file(path, "a signing key that others can read: chmod 0600, or remove it so that a new one is made")
    }
    guard let read = try? P256.Signing.PrivateKey(pemRepresentation: String(decoding: bytes, as: UTF8.self)) else {
      throw .file(path, "no P-256 private key in PEM")
    }
    key = read
  }
}

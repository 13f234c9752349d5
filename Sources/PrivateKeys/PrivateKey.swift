public import Crypto
import FoundationEssentials

/// A private key that signs certificates and proves a name: ECDSA on P-256 or P-384.
public struct PrivateKey: Sendable {
  /// The key as the cryptographic library holds it, in memory that it wipes itself.
  public enum Key: Sendable {
    /// On P-256.
    case p256(P256.Signing.PrivateKey)
    /// On P-384.
    case p384(P384.Signing.PrivateKey)
  }

  /// The key.
  public let key: Key

  /// That key.
  public init(_ key: Key) { self.key = key }

  /// A new key from the system's random number generator.
  public static func generate(_ curve: KeyCurve) throws(PrivateKeyError) -> PrivateKey {
    switch curve {
    case .p256: PrivateKey(.p256(P256.Signing.PrivateKey()))
    case .p384: PrivateKey(.p384(P384.Signing.PrivateKey()))
    }
  }

  /// The curve.
  public var curve: KeyCurve {
    switch key {
    case .p256: .p256
    case .p384: .p384
    }
  }

  /// The public half: SubjectPublicKeyInfo in DER, the curve by name, the point uncompressed. Source: RFC 5480.
  public var publicKeyDER: [UInt8] {
    switch key {
    case .p256(let key): Array(key.publicKey.derRepresentation)
    case .p384(let key): Array(key.publicKey.derRepresentation)
    }
  }

  /// The public half: one `PUBLIC KEY` block of PEM.
  public var publicKeyPEM: [UInt8] { PEMBlock.text(label: "PUBLIC KEY", content: publicKeyDER) }

  /// The public point: 4, x and y. Source: SEC 1, section 2.3.3.
  var point: [UInt8] {
    switch key {
    case .p256(let key): Array(key.publicKey.x963Representation)
    case .p384(let key): Array(key.publicKey.x963Representation)
    }
  }

  /// The key whose big-endian number is `scalar`. ``PrivateKeyError/der(_:)`` where it is zero or not below the order.
  init(_ curve: KeyCurve, scalar: UnsafeRawBufferPointer) throws(PrivateKeyError) {
    do {
      switch curve {
      case .p256: key = .p256(try P256.Signing.PrivateKey(rawRepresentation: scalar))
      case .p384: key = .p384(try P384.Signing.PrivateKey(rawRepresentation: scalar))
      }
    } catch {
      throw .der("the private key is not a number of the curve \(curve.rawValue)")
    }
  }

  /// Lends the key's big-endian number, as wide as the curve, and wipes the copy.
  func withScalar(_ body: (UnsafeRawBufferPointer) -> Void) {
    var scalar: Data
    switch key {
    case .p256(let key): scalar = key.rawRepresentation
    case .p384(let key): scalar = key.rawRepresentation
    }
    scalar.withUnsafeBytes(body)
    scalar.resetBytes(in: scalar.startIndex..<scalar.endIndex)
  }
}

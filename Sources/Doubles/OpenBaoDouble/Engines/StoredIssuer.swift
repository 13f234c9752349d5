import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import X509

/// An issuer of a `pki` engine as it is stored.
struct StoredIssuer: Sendable {
  var id: String
  var name: String
  /// Without a newline at its end.
  var pem: String
  /// It and those above it.
  var chain: [String]
  var keyID: String
  var leafNotAfterBehavior: String

  func certificate() throws(APIError) -> Certificate {
    do { return try Certificate(pemEncoded: pem) } catch { throw APIError(500, ["cannot read the issuer: \(error)"]) }
  }

  func der() throws(APIError) -> [UInt8] {
    do { return try certificate().der } catch { throw APIError(500, ["cannot write the issuer: \(error)"]) }
  }

  func key(_ transaction: Transaction, _ engine: CertificateEngine) throws(APIError) -> Certificate.PrivateKey {
    guard let text = transaction[engine.place("key/\(keyID)")]?.text,
      let key = try? Certificate.PrivateKey(pemEncoded: text)
    else {
      throw APIError("unable to fetch corresponding key for issuer \(id); unable to use this issuer for signing")
    }
    return key
  }

  /// A revocation list, signed (RFC 5280, 5.1).
  func revocationList(
    _ entries: [UInt8], key: Certificate.PrivateKey, from: Date, to: Date
  ) throws(APIError) -> [UInt8] {
    do {
      let certificate = try certificate()
      let sha256ECDSA = DERBytes.sequence([0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02])
      let sha256RSA = DERBytes.sequence([0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B], [5, 0])
      let isRSA = _RSA.Signing.PublicKey(key.publicKey) != nil
      let algorithm = isRSA ? sha256RSA : sha256ECDSA
      var serializer = DER.Serializer()
      try serializer.serialize(certificate.subject)
      let keyIdentifier = DERBytes.value(0x80, Array(SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier))
      let authority = DERBytes.sequence(
        [0x06, 0x03, 0x55, 0x1D, 0x23], DERBytes.value(4, DERBytes.sequence(keyIdentifier)))
      let number = DERBytes.sequence([0x06, 0x03, 0x55, 0x1D, 0x14], DERBytes.value(4, DERBytes.integer([1])))
      let body = DERBytes.sequence(
        DERBytes.integer([1]), algorithm, serializer.serializedBytes, DERBytes.time(from), DERBytes.time(to),
        entries.isEmpty ? [] : DERBytes.value(0x30, entries), DERBytes.value(0xA0, DERBytes.sequence(authority, number))
      )
      let signature = try key.sign(bytes: body, signatureAlgorithm: isRSA ? .sha256WithRSAEncryption : .ecdsaWithSHA256)
      return DERBytes.sequence(body, algorithm, DERBytes.value(3, [0] + Array(signature.rawRepresentation)))
    } catch let error as APIError {
      throw error
    } catch {
      throw APIError(500, ["cannot sign the revocation list: \(error)"])
    }
  }
}

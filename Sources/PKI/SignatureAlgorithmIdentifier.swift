import SwiftASN1
import X509

/// The signature algorithms that a revocation list may name: ECDSA without parameters (RFC 5758, section 3.2), and for lists of
/// others RSA with PKCS #1 v1.5 padding (RFC 4055, section 5). Nothing with SHA-1 is believed.
enum SignatureAlgorithmIdentifier: CaseIterable, Sendable {
  case ecdsaWithSHA256
  case ecdsaWithSHA384
  case ecdsaWithSHA512
  case sha256WithRSAEncryption
  case sha384WithRSAEncryption
  case sha512WithRSAEncryption

  var objectIdentifier: ASN1ObjectIdentifier {
    switch self {
    case .ecdsaWithSHA256: [1, 2, 840, 10045, 4, 3, 2]
    case .ecdsaWithSHA384: [1, 2, 840, 10045, 4, 3, 3]
    case .ecdsaWithSHA512: [1, 2, 840, 10045, 4, 3, 4]
    case .sha256WithRSAEncryption: [1, 2, 840, 113549, 1, 1, 11]
    case .sha384WithRSAEncryption: [1, 2, 840, 113549, 1, 1, 12]
    case .sha512WithRSAEncryption: [1, 2, 840, 113549, 1, 1, 13]
    }
  }

  var libraryAlgorithm: Certificate.SignatureAlgorithm {
    switch self {
    case .ecdsaWithSHA256: .ecdsaWithSHA256
    case .ecdsaWithSHA384: .ecdsaWithSHA384
    case .ecdsaWithSHA512: .ecdsaWithSHA512
    case .sha256WithRSAEncryption: .sha256WithRSAEncryption
    case .sha384WithRSAEncryption: .sha384WithRSAEncryption
    case .sha512WithRSAEncryption: .sha512WithRSAEncryption
    }
  }

  /// Whether its parameters are NULL rather than absent; what is read may leave that NULL out.
  fileprivate var hasNullParameters: Bool {
    switch self {
    case .ecdsaWithSHA256, .ecdsaWithSHA384, .ecdsaWithSHA512: false
    case .sha256WithRSAEncryption, .sha384WithRSAEncryption, .sha512WithRSAEncryption: true
    }
  }
}

extension SignatureAlgorithmIdentifier: DERParseable, DERSerializable {
  init(derEncoded node: ASN1Node) throws {
    self = try DER.sequence(node, identifier: .sequence) { nodes in
      let found = try ASN1ObjectIdentifier(derEncoded: &nodes)
      guard let known = Self.allCases.first(where: { $0.objectIdentifier == found }) else {
        throw PKIError.notARevocationList("its signature algorithm \(found) is neither ECDSA nor RSA with SHA-2")
      }
      if let parameters = nodes.next() {
        guard known.hasNullParameters, parameters.identifier == .null, nodes.next() == nil else {
          throw PKIError.notARevocationList("its signature algorithm \(found) has parameters that it does not take")
        }
      }
      return known
    }
  }

  func serialize(into coder: inout DER.Serializer) throws {
    try coder.appendConstructedNode(identifier: .sequence) { coder in
      try coder.serialize(objectIdentifier)
      if hasNullParameters { try coder.serialize(ASN1Null()) }
    }
  }
}

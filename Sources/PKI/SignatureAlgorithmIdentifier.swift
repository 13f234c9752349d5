import SwiftASN1
import X509

/// The signature algorithms that a revocation list may name (RFC 5758, section 3.2): ECDSA, without parameters.
enum SignatureAlgorithmIdentifier: CaseIterable, Sendable {
  case ecdsaWithSHA256
  case ecdsaWithSHA384
  case ecdsaWithSHA512

  var objectIdentifier: ASN1ObjectIdentifier {
    switch self {
    case .ecdsaWithSHA256: [1, 2, 840, 10045, 4, 3, 2]
    case .ecdsaWithSHA384: [1, 2, 840, 10045, 4, 3, 3]
    case .ecdsaWithSHA512: [1, 2, 840, 10045, 4, 3, 4]
    }
  }

  var libraryAlgorithm: Certificate.SignatureAlgorithm {
    switch self {
    case .ecdsaWithSHA256: .ecdsaWithSHA256
    case .ecdsaWithSHA384: .ecdsaWithSHA384
    case .ecdsaWithSHA512: .ecdsaWithSHA512
    }
  }
}

extension SignatureAlgorithmIdentifier: DERParseable, DERSerializable {
  init(derEncoded node: ASN1Node) throws {
    self = try DER.sequence(node, identifier: .sequence) { nodes in
      let found = try ASN1ObjectIdentifier(derEncoded: &nodes)
      guard let known = Self.allCases.first(where: { $0.objectIdentifier == found }), nodes.next() == nil else {
        throw PKIError.notARevocationList("its signature algorithm \(found) is not ECDSA as RFC 5758 writes it")
      }
      return known
    }
  }

  func serialize(into coder: inout DER.Serializer) throws {
    try coder.appendConstructedNode(identifier: .sequence) { try $0.serialize(objectIdentifier) }
  }
}

import SwiftASN1
import X509

/// CertificateList (RFC 5280, section 5.1).
struct RevocationListContents: Sendable {
  let list: ToBeSigned
  let signedBytes: ArraySlice<UInt8>
  let signature: ArraySlice<UInt8>

  /// TBSCertList, complete and of its issuer only.
  struct ToBeSigned: Sendable {
    var algorithm: SignatureAlgorithmIdentifier
    var issuer: DistinguishedName
    var thisUpdate: Int64
    var nextUpdate: Int64
    var entries: [RevocationList.Entry]
    /// The list's number as unsigned bytes without leading zeros; `nil` where it has none.
    var number: [UInt8]?
    var authorityKeyIdentifier: ArraySlice<UInt8>?
  }

  static func signed(
    _ bytes: [UInt8], _ algorithm: SignatureAlgorithmIdentifier, _ signature: [UInt8]
  ) throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.appendConstructedNode(identifier: .sequence) { coder in
      coder.serializeRawBytes(bytes)
      try coder.serialize(algorithm)
      try coder.serialize(ASN1BitString(bytes: signature[...]))
    }
    return serializer.serializedBytes
  }

  /// Whether the names fit, the authority may sign lists, and its key made the signature.
  func isSigned(by authority: Certificate) -> Bool {
    guard authority.subject == list.issuer, authority.maySignLists else { return false }
    return authority.publicKey.isValidSignature(
      signature, for: signedBytes, signatureAlgorithm: list.algorithm.libraryAlgorithm)
  }
}

extension RevocationListContents: DERParseable {
  init(derEncoded node: ASN1Node) throws {
    self = try DER.sequence(node, identifier: .sequence) { nodes in
      guard let list = nodes.next() else { throw PKIError.notARevocationList("it is empty") }
      return try RevocationListContents(
        list: try ToBeSigned(derEncoded: list), signedBytes: list.encodedBytes,
        algorithm: try SignatureAlgorithmIdentifier(derEncoded: &nodes),
        signature: try ASN1BitString(derEncoded: &nodes))
    }
  }

  private init(
    list: ToBeSigned, signedBytes: ArraySlice<UInt8>, algorithm: SignatureAlgorithmIdentifier, signature: ASN1BitString
  ) throws {
    guard list.algorithm == algorithm else { throw PKIError.notARevocationList("it names two signature algorithms") }
    guard signature.paddingBits == 0 else { throw PKIError.notARevocationList("its signature has unused bits") }
    (self.list, self.signedBytes, self.signature) = (list, signedBytes, signature.bytes)
  }
}

extension Certificate {
  /// Whether it is an authority whose key usage, where it has one, includes revocation lists.
  var maySignLists: Bool {
    do {
      return try authorityConstraint != nil && extensions.keyUsage?.cRLSign ?? true
    } catch {
      return false
    }
  }
}

import SwiftASN1
import X509

/// A certificate request of the node (PKCS #10). Source: RFC 2986.
public struct CertificateRequest: Sendable, Hashable {
  /// The request in DER.
  public let der: [UInt8]

  /// Makes a request for `key`.
  ///
  /// - Parameters:
  ///   - commonName: the node's name.
  ///   - dnsNames: subject alternative names of the kind dNSName.
  ///   - uris: subject alternative names of the kind uniformResourceIdentifier, as ``fingerprintURI(_:of:)``.
  public init(
    for key: NodeKey, commonName: String, dnsNames: [String] = [], uris: [String] = []
  ) async throws(NodeIdentityError) {
    let names = dnsNames.map(GeneralName.dnsName) + uris.map(GeneralName.uniformResourceIdentifier)
    do {
      var attributes = CertificateSigningRequest.Attributes()
      if !names.isEmpty {
        let extensions = try Certificate.Extensions { SubjectAlternativeNames(names) }
        attributes = try .init([.init(ExtensionRequest(extensions: extensions))])
      }
      let request = try await CertificateSigningRequest(
        version: .v1, subject: DistinguishedName { CommonName(commonName) }, asyncPrivateKey: .init(key),
        attributes: attributes, signatureAlgorithm: .ecdsaWithSHA256)
      var serializer = DER.Serializer()
      try serializer.serialize(request)
      der = serializer.serializedBytes
    } catch let error as NodeIdentityError {
      throw error
    } catch {
      throw .cryptography("the certificate request cannot be made: \(error)")
    }
  }

  /// The request in PEM, as OpenBao's `pki/sign` takes it.
  public var pem: String { PEMDocument(type: "CERTIFICATE REQUEST", derBytes: der).pemString }

  /// The hardware fingerprint as a name in a certificate, a claim and never evidence:
  /// `lowlayer://HOST/fingerprint/` and the digest's lower-case hexadecimal digits.
  ///
  /// An organisation's authority is constrained to its domain, and a name without a host is refused under such a
  /// constraint (RFC 5280, section 4.2.1.10).
  ///
  /// - Parameter host: one of the request's DNS names.
  public static func fingerprintURI(_ fingerprint: String, of host: String) -> String {
    "lowlayer://\(host)/fingerprint/\(fingerprint)"
  }
}

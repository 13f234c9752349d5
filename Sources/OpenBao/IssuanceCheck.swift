public import PKI
import SwiftASN1
import X509

/// Whether a certificate that OpenBao issued is the one that was asked for. It is taken only then.
public struct IssuanceCheck: Sendable {
  private let publicKey: [UInt8]
  private let commonName: String?
  private let dnsNames: [String]
  private let uris: [String]
  /// The issuers whose certificates are taken: their self-signed twins.
  public var anchors: [IssuedCertificate]

  /// What `request` asks for. ``OpenBaoError/configuration(_:)`` where its CSR is none.
  public init(_ request: SigningRequest, anchors: [IssuedCertificate]) throws(OpenBaoError) {
    do {
      let csr = try CertificateSigningRequest(derEncoded: request.csr)
      var serializer = DER.Serializer()
      try serializer.serialize(csr.publicKey)
      publicKey = serializer.serializedBytes
      let names = try csr.attributes.extensionRequest?.extensions.subjectAlternativeNames.map(Array.init) ?? []
      commonName = request.commonName ?? csr.subject.commonName
      dnsNames = Self.dns(names) + request.alternativeNames
      uris = Self.uris(names) + request.uris
    } catch {
      throw .configuration("the certification request cannot be read: \(OpenBaoError.shortened("\(error)"))")
    }
    self.anchors = anchors
  }

  /// Judges `signed` at `now`, in seconds since 1970. ``OpenBaoError/certificateRefused(_:)`` with every reason that there is;
  /// ``OpenBaoError/clockDiffers(seconds:)`` where that is all there is against it.
  public func verify(_ signed: SignedCertificate, at now: Int64) async throws(OpenBaoError) {
    var reasons: [String] = []
    if signed.leaf.publicKeyDER != publicKey || publicKey.isEmpty { reasons.append("it is for another key than ours") }
    do {
      let leaf = try Certificate(derEncoded: signed.leaf.der)
      let names = try leaf.extensions.subjectAlternativeNames.map(Array.init) ?? []
      if let commonName, leaf.subject.commonName != commonName {
        reasons.append("its common name is not \(commonName)")
      }
      let given = Self.dns(names).map { $0.lowercased() }
      for name in dnsNames where !given.contains(name.lowercased()) { reasons.append("it lacks the name \(name)") }
      let givenURIs = Self.uris(names)
      for uri in uris where !givenURIs.contains(uri) { reasons.append("it lacks the URI \(uri)") }
    } catch {
      reasons.append("it cannot be read")
    }
    // Everything else that a verifier will ask: chain, names that the issuer may give, usage; and the time, as near to
    // this node's as the certificate itself is valid.
    let moment = min(max(now, signed.leaf.notBefore), signed.leaf.notAfter)
    let verification = ChainVerification(anchors: anchors, intermediates: signed.chain, usage: .client, at: moment)
    if case .refused(let faults) = await verification.verify(signed.leaf) { reasons += faults }
    guard reasons.isEmpty else { throw .certificateRefused(reasons) }
    guard moment == now else { throw .clockDiffers(seconds: moment - now) }
  }

  private static func dns(_ names: [GeneralName]) -> [String] {
    names.compactMap { if case .dnsName(let name) = $0 { name } else { nil } }
  }

  private static func uris(_ names: [GeneralName]) -> [String] {
    names.compactMap { if case .uniformResourceIdentifier(let uri) = $0 { uri } else { nil } }
  }
}

extension DistinguishedName {
  fileprivate var commonName: String? {
    for attribute in flatMap({ $0 }) where attribute.type == .RDNAttributeType.commonName {
      return String(attribute.value)
    }
    return nil
  }
}

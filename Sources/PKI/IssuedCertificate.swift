import BaseEncodings
import FoundationEssentials
import SwiftASN1
import X509

/// An X.509 certificate (RFC 5280) that the desk made or reads.
public struct IssuedCertificate: Sendable, Hashable {
  /// Its DER encoding.
  public let der: [UInt8]
  let certificate: Certificate

  /// Reads a DER certificate; bytes behind it are an error.
  public init(der: [UInt8]) throws(PKIError) {
    do {
      certificate = try Certificate(derEncoded: der)
      try Self.checkSignatureBits(der)
    } catch let error as PKIError {
      throw error
    } catch {
      throw PKIError.notACertificate("\(error)")
    }
    self.der = der
  }

  /// Reads the first `CERTIFICATE` block of a PEM text; other blocks are left unread.
  public init(pem: [UInt8]) throws(PKIError) {
    guard let first = PEMText.blocks("CERTIFICATE", in: pem)?.first else { throw PKIError.noCertificate }
    try self.init(der: first)
  }

  /// All certificates of a PEM text, in order; at least one.
  public static func all(in pem: [UInt8]) throws(PKIError) -> [IssuedCertificate] {
    guard let blocks = PEMText.blocks("CERTIFICATE", in: pem), !blocks.isEmpty else { throw PKIError.noCertificate }
    var certificates: [IssuedCertificate] = []
    for block in blocks { certificates.append(try IssuedCertificate(der: block)) }
    return certificates
  }

  /// The library ignores how many bits of a signature are said to be unused; OpenSSL and Go refuse any but none.
  private static func checkSignatureBits(_ der: [UInt8]) throws {
    let signature = try DER.sequence(try DER.parse(der), identifier: .sequence) { nodes in
      _ = nodes.next()
      _ = nodes.next()
      return try ASN1BitString(derEncoded: &nodes)
    }
    guard signature.paddingBits == 0 else { throw PKIError.notACertificate("its signature has unused bits") }
  }

  init(_ certificate: Certificate) throws(PKIError) {
    do {
      var serializer = DER.Serializer()
      try serializer.serialize(certificate)
      der = serializer.serializedBytes
    } catch {
      throw PKIError.signing("\(error)")
    }
    self.certificate = certificate
  }

  /// One `CERTIFICATE` block with a newline at its end.
  public var pem: [UInt8] { PEMText.block("CERTIFICATE", der) }

  /// Its serial number in lower-case hexadecimal, two digits a byte.
  public var serial: String { Hexadecimal.text(certificate.serialNumber.bytes) }

  /// Its subject as RFC 4514 writes it: the last part first.
  public var subject: String { certificate.subject.description }

  /// The common name of its subject; the whole subject where it has none.
  public var commonName: String { certificate.subject.shortName }

  /// The common name of its issuer; the issuer's whole name where it has none.
  public var issuerCommonName: String { certificate.issuer.shortName }

  /// The first second in which it is valid, since 1970.
  public var notBefore: Int64 { Int64(certificate.notValidBefore.timeIntervalSince1970.rounded()) }

  /// The last second in which it is valid, since 1970.
  public var notAfter: Int64 { Int64(certificate.notValidAfter.timeIntervalSince1970.rounded()) }

  /// Its public key as a DER SubjectPublicKeyInfo; empty where the library cannot write it.
  public var publicKeyDER: [UInt8] {
    var serializer = DER.Serializer()
    do {
      try serializer.serialize(certificate.publicKey)
    } catch {
      return []
    }
    return serializer.serializedBytes
  }

  /// Whether its basic constraints say that it is an authority.
  public var isAuthority: Bool { certificate.authorityConstraint != nil }

  /// The identifier of its key, 20 bytes where the desk made it; empty where it has none.
  public var subjectKeyIdentifier: [UInt8] {
    do {
      return Array(try certificate.extensions.subjectKeyIdentifier?.keyIdentifier ?? [])
    } catch {
      return []
    }
  }

  /// Whether it is its own issuer: its subject is its issuer and its own key signed it.
  public var isSelfSigned: Bool { certificate.isSigned(by: certificate) }

  /// Whether the key of `authority` signed it, and its issuer is that authority's subject.
  public func isSigned(by authority: IssuedCertificate) -> Bool { certificate.isSigned(by: authority.certificate) }

  /// Whether less than a third of its life is left at `now`, or none.
  public func needsRenewal(at now: Int64) -> Bool { notAfter - now < (notAfter - notBefore) / 3 }

  /// Equal when all bytes are.
  public static func == (left: IssuedCertificate, right: IssuedCertificate) -> Bool { left.der == right.der }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

extension Certificate {
  /// The path length of an authority inside another optional: `nil` where the certificate is no authority or does not say so legibly.
  var authorityConstraint: Int?? {
    do {
      guard case .isCertificateAuthority(let pathLength)? = try extensions.basicConstraints else { return .none }
      return .some(pathLength)
    } catch {
      return .none
    }
  }

  /// Whether the names fit and the issuer's key made the signature.
  func isSigned(by issuer: Certificate) -> Bool {
    issuer.subject == self.issuer && issuer.publicKey.isValidSignature(signature, for: self)
  }
}

extension DistinguishedName {
  /// The common name where there is one: it is what people call an authority.
  var shortName: String {
    for attribute in reversed().flatMap({ $0 }) where attribute.type == .RDNAttributeType.commonName {
      return String(attribute.value) ?? attribute.value.description
    }
    return description
  }
}

import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

/// A certificate with its chain and key, as Go's `tls.LoadX509KeyPair` loads them.
struct Identity: Sendable {
  /// The leaf first.
  var chain: [Certificate]
  /// In PEM.
  var privateKey: String

  init(certificateFile: String, keyFile: String) throws(Refusal) {
    chain = try PEMFile(certificateFile).certificates
    guard let leaf = chain.first else { throw Refusal("tls: failed to find any PEM data in certificate input") }
    guard let key = try PEMFile(keyFile).privateKey else {
      throw Refusal("tls: failed to find any PEM data in key input")
    }
    privateKey = key
    let parsed: Certificate.PrivateKey
    do {
      parsed = try Certificate.PrivateKey(pemEncoded: key)
    } catch {
      throw Refusal("tls: failed to parse private key")
    }
    guard parsed.publicKey == leaf.publicKey else { throw Refusal("tls: private key does not match public key") }
  }

  /// The leaf's common name: the user, to Kubernetes.
  var commonName: String {
    Self.attributes(ASN1ObjectIdentifier.RDNAttributeType.commonName, of: chain.first).first ?? ""
  }

  /// The leaf's organizations: the groups.
  var organizations: [String] {
    Self.attributes(ASN1ObjectIdentifier.RDNAttributeType.organizationName, of: chain.first)
  }

  static func attributes(_ type: ASN1ObjectIdentifier, of certificate: Certificate?) -> [String] {
    guard let certificate else { return [] }
    return certificate.subject.flatMap { $0 }.filter { $0.type == type }.map { $0.value.text }
  }

  /// For NIO: presents this identity, demands what the caller sets.
  func serverConfiguration() throws(Refusal) -> TLSConfiguration {
    do {
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: try chain.map { .certificate(try $0.forTLS) },
        privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem)))
      configuration.minimumTLSVersion = .tlsv12
      // An image has no authorities of its own, and NIOSSL fails without.
      configuration.trustRoots = .certificates([])
      return configuration
    } catch {
      throw Refusal("tls: \(error)")
    }
  }
}

extension Certificate {
  /// The same certificate for BoringSSL.
  var forTLS: NIOSSLCertificate {
    get throws { try NIOSSLCertificate(bytes: Array(try serializeAsPEM().derBytes), format: .der) }
  }
}

extension RelativeDistinguishedName.Attribute.Value {
  /// The text that a name's attribute holds.
  var text: String { description }
}

extension Identity {
  /// What Kubernetes' components make for themselves where no certificate is given.
  static func selfSigned(_ name: String) throws(Refusal) -> Identity {
    do {
      let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
      let subject = try DistinguishedName { CommonName(name) }
      let now = Date()
      let certificate = try Certificate(
        version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: now.addingTimeInterval(-60),
        notValidAfter: now.addingTimeInterval(365 * 86400), issuer: subject, subject: subject,
        signatureAlgorithm: .ecdsaWithSHA256,
        extensions: Certificate.Extensions {
          SubjectAlternativeNames([.dnsName("localhost")])
        }, issuerPrivateKey: key)
      return Identity(chain: [certificate], privateKey: try key.serializeAsPEM().pemString)
    } catch {
      throw Refusal("failed to generate self signed certificate: \(error)")
    }
  }

  private init(chain: [Certificate], privateKey: String) {
    self.chain = chain
    self.privateKey = privateKey
  }
}

import Crypto
import Foundation
import NIOSSL
import X509

/// The certificate and key that all members of a cluster share: who holds it is a member. Made at initialisation, part of the
/// state, handed to whoever joins.
struct ClusterCertificate: Sendable, Hashable {
  static let place = "core/cluster/certificate"

  var certificate: String
  var key: String

  init() throws {
    let key = P256.Signing.PrivateKey()
    let name = try DistinguishedName { CommonName("openbao-double-cluster") }
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
      notValidBefore: Date(timeIntervalSince1970: 0), notValidAfter: Date(timeIntervalSince1970: 4_102_444_800),
      issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions { Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0)) },
      issuerPrivateKey: .init(key))
    self.certificate = try certificate.pem
    self.key = key.pemRepresentation
  }

  init?(_ json: JSONValue?) {
    guard let certificate = json?[key: "certificate"].text, let key = json?[key: "key"].text else { return nil }
    self.certificate = certificate
    self.key = key
  }

  var json: JSONValue { ["certificate": .string(certificate), "key": .string(key)] }

  private func common(_ configuration: inout TLSConfiguration) throws {
    configuration.minimumTLSVersion = .tlsv13
    configuration.certificateVerification = .noHostnameVerification
    configuration.trustRoots = .certificates([try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem)])
  }

  var server: TLSConfiguration {
    get throws {
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: [.certificate(try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem))],
        privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)))
      try common(&configuration)
      return configuration
    }
  }

  var client: TLSConfiguration {
    get throws {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.certificateChain = [
        .certificate(try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem))
      ]
      configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))
      try common(&configuration)
      return configuration
    }
  }
}

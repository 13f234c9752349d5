import GRPCNIOTransportHTTP2Posix
import PKI

/// The certificate that the operator shows, and its key. They are read at the start: what a session binds to must be
/// what that session showed, so a new certificate takes a restart, for which nodes are drained.
struct ServerIdentity: Sendable {
  let chainPEM: [UInt8]
  let keyPEM: [UInt8]
  /// The leaf in DER.
  let leaf: [UInt8]
  /// The common name of its issuer: who the operator is to a key server.
  let issuer: String

  init(certificate: String, key: String) throws(OperatorError) {
    let chain = try OperatorFile.contents(certificate)
    let keyBytes = try OperatorFile.contents(key, limit: 1 << 16)
    do throws(PKIError) {
      let certificate = try IssuedCertificate(pem: chain)
      leaf = certificate.der
      issuer = certificate.issuerCommonName
    } catch {
      throw .file(certificate, error.description)
    }
    chainPEM = chain
    keyPEM = keyBytes
  }

  var chainSource: [TLSConfig.CertificateSource] { [.bytes(chainPEM, format: .pem)] }
  var keySource: TLSConfig.PrivateKeySource { .bytes(keyPEM, format: .pem) }
}

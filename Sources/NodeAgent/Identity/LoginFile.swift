import LocalFiles
import NIOSSL
import OpenBao
import PKI

/// The certificate that a node logs in with before it has one of its own: files that the boot chain puts there.
struct LoginFile {
  let client: ClientIdentity
  let notBefore: Int64
  let notAfter: Int64

  init(_ login: NodeAgentSettings.Authority.Login) throws(IdentityError) {
    let bytes: [UInt8]
    do throws(RegularFile.Fault) {
      bytes = try RegularFile(path: login.certificate, limit: 1 << 20).contents()
    } catch {
      throw IdentityError(error, path: login.certificate)
    }
    do {
      let chain = try IssuedCertificate.all(in: bytes)
      guard let leaf = chain.first else { throw IdentityError.file(path: login.certificate, "no certificate") }
      notBefore = leaf.notBefore
      notAfter = leaf.notAfter
      client = ClientIdentity(
        chain: try chain.map { .certificate(try NIOSSLCertificate(bytes: $0.der, format: .der)) },
        key: .privateKey(try NIOSSLPrivateKey(file: login.key, format: .pem)))
    } catch let error as IdentityError {
      throw error
    } catch {
      throw .file(path: login.certificate, "it cannot be used with \(login.key): \(error)")
    }
  }
}

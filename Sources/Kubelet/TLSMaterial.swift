import LocalFiles
import NIOSSL
import VerifiedHTTP

/// The anchors and the client certificate of an endpoint, as they were when they were read.
struct TLSMaterial {
  /// For connections on which requests are made: the server is verified against the anchors and the node's name.
  let verifying: TLSConfiguration
  /// Our client certificate's lifetime; `nil` where a token is used.
  let clientCertificate: CertificateLifetime?

  /// The versions of the files that an endpoint names, in a fixed order.
  static func stamps(of endpoint: KubeletEndpoint) throws(KubeletError) -> [FileStamp] {
    do throws(CredentialFile.Fault) {
      var stamps: [FileStamp] = []
      if let anchors = endpoint.anchors { stamps.append(try CredentialFile(path: anchors).stamp()) }
      if case .clientCertificate(let certificate, let key) = endpoint.credential {
        stamps.append(try CredentialFile(path: certificate).stamp())
        stamps.append(try CredentialFile(path: key).stamp())
      }
      return stamps
    } catch {
      throw KubeletError(error)
    }
  }

  /// Reads the files.
  init(_ endpoint: KubeletEndpoint) throws(KubeletError) {
    guard let anchors = endpoint.anchors else {
      throw .notConfigured("no anchors to verify the kubelet's serving certificate with")
    }
    guard endpoint.credential != nil else { throw .notConfigured("neither a token file nor a client certificate") }
    var chain: [NIOSSLCertificate] = []
    do throws(CredentialFile.Fault) {
      var configuration = TLSConfiguration.verifying(try CredentialFile(path: anchors).certificates())
      if case .clientCertificate(let certificate, let key) = endpoint.credential {
        chain = try CredentialFile(path: certificate).certificates()
        configuration.certificateChain = chain.map { .certificate($0) }
        configuration.privateKey = .privateKey(try CredentialFile(path: key).privateKey())
      }
      verifying = configuration
    } catch {
      throw KubeletError(error)
    }
    clientCertificate = chain.first.map(CertificateLifetime.init)
  }
}

import NIOSSL

/// The anchors and the client certificate of an endpoint, as they were when they were read.
struct TLSMaterial {
  /// For connections on which requests are made: the server is verified against the anchors and the node's name.
  let verifying: TLSConfiguration
  /// Our client certificate's lifetime; `nil` where a token is used.
  let clientCertificate: CertificateLifetime?

  /// The versions of the files that an endpoint names, in a fixed order.
  static func stamps(of endpoint: KubeletEndpoint) throws(KubeletError) -> [CredentialFile.Stamp] {
    var stamps: [CredentialFile.Stamp] = []
    if let anchors = endpoint.anchors { stamps.append(try CredentialFile(path: anchors).stamp()) }
    if case .clientCertificate(let certificate, let key) = endpoint.credential {
      stamps.append(try CredentialFile(path: certificate).stamp())
      stamps.append(try CredentialFile(path: key).stamp())
    }
    return stamps
  }

  /// Reads the files.
  init(_ endpoint: KubeletEndpoint) throws(KubeletError) {
    guard let anchors = endpoint.anchors else {
      throw .notConfigured("no anchors to verify the kubelet's serving certificate with")
    }
    guard endpoint.credential != nil else { throw .notConfigured("neither a token file nor a client certificate") }
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.certificateVerification = .fullVerification
    configuration.trustRoots = .certificates(try Self.certificates(anchors))
    if case .clientCertificate(let certificate, let key) = endpoint.credential {
      let chain = try Self.certificates(certificate)
      configuration.certificateChain = chain.map { .certificate($0) }
      configuration.privateKey = .privateKey(try Self.key(key))
      clientCertificate = chain.first.map(CertificateLifetime.init)
    } else {
      clientCertificate = nil
    }
    verifying = configuration
  }

  private static func certificates(_ path: String) throws(KubeletError) -> [NIOSSLCertificate] {
    let bytes = try CredentialFile(path: path).contents()
    guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
      throw .file(path, "holds no certificate in PEM")
    }
    return certificates
  }

  private static func key(_ path: String) throws(KubeletError) -> NIOSSLPrivateKey {
    let bytes = try CredentialFile(path: path).contents()
    guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
      throw .file(path, "holds no unencrypted private key in PEM")
    }
    return key
  }
}

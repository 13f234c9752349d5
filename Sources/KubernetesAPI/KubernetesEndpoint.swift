/// A Kubernetes API server, how it proves who it is, and how we do.
public struct KubernetesEndpoint: Sendable, Hashable {
  /// The name or address that is dialled and that the serving certificate must be for.
  public var host: String
  /// The port, usually 443 or 6443.
  public var port: Int
  /// The PEM file with the anchors that the serving certificate must chain to. There is no way to go without.
  public var anchors: String
  /// How we prove who we are.
  public var credential: KubernetesCredential

  /// An API server.
  public init(host: String, port: Int, anchors: String, credential: KubernetesCredential) {
    self.host = host
    self.port = port
    self.anchors = anchors
    self.credential = credential
  }
}

/// How a client proves to an API server who it is. The files are read again for each request.
public enum KubernetesCredential: Sendable, Hashable {
  /// The file with a bearer token, as a pod has it from a projected volume.
  case tokenFile(String)
  /// The PEM files of a client certificate (chain, leaf first) and its key; they may be one file.
  case clientCertificate(certificate: String, key: String)
}

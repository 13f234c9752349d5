/// A kubelet, how it proves who it is, and how we do.
public struct KubeletEndpoint: Sendable, Hashable {
  /// The node's name: the name that the serving certificate must have, whatever address is dialled.
  public var nodeName: String
  /// Where to connect, an IP address or a name; `nil` where the node's name itself resolves.
  public var address: String?
  /// The port of the kubelet's API, usually 10250.
  public var port: Int
  /// The PEM file with the anchors that the serving certificate must chain to; `nil` where there are none, and then
  /// nothing is asked.
  public var anchors: String?
  /// How we prove who we are; it is shown only to a server that was verified. `nil` where we cannot, and then nothing
  /// is asked.
  public var credential: KubeletCredential?

  /// A kubelet's API.
  public init(
    nodeName: String, address: String? = nil, port: Int = 10250, anchors: String?, credential: KubeletCredential?
  ) {
    self.nodeName = nodeName
    self.address = address
    self.port = port
    self.anchors = anchors
    self.credential = credential
  }
}

/// How a client proves to a kubelet who it is. The files are read again when they change.
public enum KubeletCredential: Sendable, Hashable {
  /// The file with a bearer token, as a pod has it from a projected volume.
  case tokenFile(String)
  /// The PEM files of a client certificate (chain, leaf first) and its key; they may be one file.
  case clientCertificate(certificate: String, key: String)
}

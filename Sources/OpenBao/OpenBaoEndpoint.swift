/// An OpenBao cluster: where it listens, how it proves who it is, and how long it may take.
public struct OpenBaoEndpoint: Sendable, Hashable {
  /// Asked in this order, beginning with the one that answered last.
  public var addresses: [OpenBaoAddress]
  /// The name that every server's certificate must have, whatever address is dialled; `nil` where it is the address's own host.
  public var serverName: String?
  /// The PEM file with the anchors that a server's certificate must chain to. It is read again for every request.
  public var anchors: String
  /// The namespace that everything is asked in (`X-Vault-Namespace`); `nil` for the root namespace.
  public var namespace: String?
  /// How long one server may take to answer, connecting and TLS included.
  public var patience: Duration
  /// How long all servers together may take to answer one request.
  public var deadline: Duration

  /// A cluster. ``OpenBaoError/configuration(_:)`` where there is no address, or a name or namespace is none.
  public init(
    addresses: [OpenBaoAddress], serverName: String? = nil, anchors: String, namespace: String? = nil,
    patience: Duration = .seconds(10), deadline: Duration = .seconds(30)
  ) throws(OpenBaoError) {
    guard !addresses.isEmpty else { throw .configuration("no address of OpenBao") }
    // They become parts of a request's head.
    for text in [serverName, namespace].compactMap({ $0 }) where !Self.isPlain(text) {
      throw .configuration("\(text.debugDescription) is no name")
    }
    self.addresses = addresses
    self.serverName = serverName
    self.anchors = anchors
    self.namespace = namespace
    self.patience = patience
    self.deadline = deadline
  }

  /// The name that the certificate of `address` must have.
  func name(of address: OpenBaoAddress) -> String { serverName ?? address.host }

  static func isPlain(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"\\?#%".utf8.contains($0) }
  }
}

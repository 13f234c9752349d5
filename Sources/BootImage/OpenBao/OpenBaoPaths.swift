/// Where OpenBao's files are. Every path is the same on the host and inside its containers.
enum OpenBaoPaths {
  /// The server's Raft data.
  static let data = "/var/lib/openbao"
  /// The tmpfs with what the TPM releases for the server.
  static let released = "/run/ll/openbao"
  /// The static seal's current key: 32 raw bytes.
  static let sealKey = "/run/ll/openbao/static-seal.key"
  /// The static seal's previous key, during a rotation.
  static let previousSealKey = "/run/ll/openbao/static-seal-previous.key"
  /// The listener's certificate, chain and key in one PEM file, see ``OpenBaoServerConfiguration``.
  static let listener = "/run/ll/openbao/listener.pem"
  /// The listener that the desk made, as the TPM releases it.
  static let bootstrapListener = "/run/ll/openbao/bootstrap-listener.pem"
  /// The node's login certificate, chain and key in one PEM file.
  static let loginPEM = "/run/ll/login/login.pem"
  /// Where the agent keeps certificates and secrets for their users.
  static let certificates = "/etc/kubernetes/pki"
  /// Where every issuer's anchor is.
  static let anchors = "/etc/ll/anchors"
  /// The two anchors of OpenBao's listeners, `bootstrap` and `platform`, in one PEM file, see ``OpenBaoServerConfiguration``.
  static let listenerAnchors = "/etc/ll/anchors/openbao.pem"

  /// The port of the API.
  static let apiPort = 8200
  /// The port between the members of the cluster.
  static let clusterPort = 8201

  /// The name that every listener's certificate carries, for those who reach any master through their loopback haproxy.
  static func serverName(domain: String) -> String { "openbao.\(domain)" }
}

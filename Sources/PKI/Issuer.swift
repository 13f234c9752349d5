/// One of the five issuers below `management-cluster`. A verifier names exactly one of them, never the root, so that what
/// one signs opens nothing of another's.
public enum Issuer: String, Sendable, Hashable, CaseIterable {
  /// API servers, kubelets and the API servers' clients.
  case kubernetes
  /// etcd's servers, peers and clients.
  case etcd
  /// The client that the API server's aggregation layer presents to extension servers.
  case frontProxy = "front-proxy"
  /// OpenBao's rotated listeners and the root nodes' `ll-agent`.
  case platform
  /// What the desk makes: OpenBao's first listeners, node logins, administrators.
  case bootstrap
}

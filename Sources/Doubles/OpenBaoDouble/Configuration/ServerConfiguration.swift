import Diagnostics

/// What `bao server` takes from its configuration files: the part of OpenBao's settings that this project renders.
struct ServerConfiguration: Sendable, Hashable {
  /// `listener "tcp"`
  struct Listener: Sendable, Hashable {
    var address: String
    var clusterAddress: String
    var certificateFile: String
    var keyFile: String
    var minimumTLS: String
  }

  /// `storage "raft"`
  struct RaftStorage: Sendable, Hashable {
    var path: String
    var nodeID: String
    var performanceMultiplier: Int
    var peers: [Peer]
  }

  /// `retry_join`
  struct Peer: Sendable, Hashable {
    var address: String
    var anchors: String?
    var serverName: String?
  }

  /// `seal "static"`
  struct StaticSeal: Sendable, Hashable {
    var currentKeyID: String
    var currentKey: String
    var previousKeyID: String?
    var previousKey: String?
  }

  /// A request of `initialize`.
  struct InitializeRequest: Sendable, Hashable {
    var block: String
    var name: String
    var operation: String
    var path: String
    var data: JSONValue
    var allowsFailure = false
  }

  var clusterName: String
  var apiAddress: String
  var clusterAddress: String
  var listeners: [Listener]
  var storage: RaftStorage
  var seal: StaticSeal
  var initialize: [InitializeRequest]
}

/// What a server says of itself at `/sys/health`. The status of that answer tells the same; it differs with the query.
public struct ServerHealth: Sendable, Hashable {
  /// What it can do.
  public enum State: String, Sendable, Hashable {
    /// Unsealed, and the leader.
    case active
    /// Unsealed, and passes requests on to the leader.
    case standby
    /// Sealed: it answers nothing.
    case sealed
    /// Not initialised: there is no cluster yet.
    case uninitialised
  }

  /// What it can do.
  public var state: State
  /// Its version, such as `2.6.2`.
  public var version: String
  /// Its clock when it answered, in seconds since 1970: a certificate is valid from there.
  public var time: Int64
  /// The cluster's name; `nil` while it is sealed.
  public var clusterName: String?

  /// Why it answers nothing else now; `nil` where it does.
  public var fault: OpenBaoError? {
    switch state {
    case .active, .standby: nil
    case .sealed: .sealed
    case .uninitialised: .uninitialised
    }
  }

  init(_ answer: ServerAnswer) throws(OpenBaoError) {
    struct Health: Decodable {
      var initialized: Bool
      var sealed: Bool
      var standby: Bool
      var server_time_utc: Int64
      var version: String
      var cluster_name: String?
    }
    let health: Health = try answer.decoded()
    state =
      !health.initialized ? .uninitialised : health.sealed ? .sealed : health.standby ? .standby : .active
    version = OpenBaoError.shortened(health.version)
    time = health.server_time_utc
    clusterName = health.cluster_name.map(OpenBaoError.shortened)
  }
}

public import LicenseProtocol

/// What the agent remembers from session to session and from boot to boot.
public struct AgentState: Sendable, Hashable {
  /// A configuration that was pushed and applied.
  public struct Configuration: Sendable, Hashable {
    /// Its version; never 0.
    public var version: UInt64
    /// The text: the body of a drop-in of `ll-agent.conf`.
    public var body: [UInt8]

    /// A configuration.
    public init(version: UInt64, body: [UInt8]) {
      self.version = version
      self.body = body
    }
  }

  /// What is remembered of the license.
  public var license = LicenseMemory.none
  /// The ratchet value of the last session, 32 bytes; empty before the first.
  public var ratchet: [UInt8] = []
  /// What was pushed and applied, by name.
  public var configurations: [String: Configuration] = [:]

  /// What a node knows before its first session: nothing.
  public init() {}

  /// The version vector, as `Hello` and `ConfigAck` carry it.
  public var configurationVersions: [String: UInt64] { configurations.mapValues(\.version) }
}

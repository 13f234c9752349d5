/// The network of the machines of one run: a bridge in the run's own network namespace, without a way out of it.
public struct LabNetwork: Sendable, Hashable {
  /// The bridge's interface.
  public var bridge: String
  /// The addresses that the lab itself has on it, with their prefix lengths: `192.0.2.1/24`.
  public var addresses: [String]

  /// The port on which the lab serves the cluster's mirror.
  public var mirrorPort: Int

  /// A network; see the properties.
  public init(bridge: String = "lab0", addresses: [String] = [], mirrorPort: Int = 8080) {
    self.bridge = bridge
    self.addresses = addresses
    self.mirrorPort = mirrorPort
  }

  /// The commands that make it.
  var commands: [[String]] {
    // Without forward_delay 0 a port says nothing for 15 seconds, which no chain's budget has.
    [["ip", "link", "add", bridge, "type", "bridge", "forward_delay", "0", "stp_state", "0"]]
      + addresses.map { ["ip", "address", "add", $0, "dev", bridge] } + [["ip", "link", "set", bridge, "up"]]
  }
}

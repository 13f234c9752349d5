public import BootChain

/// A rendered node that the lab can boot.
public struct LabNode: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// The file with its Ignition config.
  public var config: String
  /// Its chain; everything that is printed about a boot is held against it.
  public var chain: BootChain
  /// The folder of its simulated TPM, as `scripts/simulated-tpm` keeps it; `nil` for a node without one.
  public var tpm: String?
  /// The TCG event log (BIOS measurements) that its TPM has measured before the system starts.
  public var eventLog: String?

  /// A node; see the properties.
  public init(name: String, config: String, chain: BootChain, tpm: String? = nil, eventLog: String? = nil) {
    self.name = name
    self.config = config
    self.chain = chain
    self.tpm = tpm
    self.eventLog = eventLog
  }
}

public import TPMStructures

/// The firmware's record of what was measured into the TPM before the kernel ran, as Linux shows it in
/// /sys/kernel/security/tpm0/binary_bios_measurements. Source: TCG PC Client Platform Firmware Profile 1.06, *Event Logging*.
public struct EventLog: Sendable, Hashable {
  /// How its events are written.
  public var format: Format
  /// The banks that its first event lists, in order.
  public var algorithms: [Algorithm]
  /// All events in order, the first (`Spec ID Event03`) included.
  public var events: [Event]
  /// The locality that the TPM was started from (0, 3 or 4), which PCR 0 begins with; 0 where the log does not say.
  public var startupLocality: UInt8

  /// How events are written.
  public enum Format: Sendable, Hashable {
    /// TCG_PCR_EVENT2 with a digest for each bank.
    case cryptoAgile
    /// TCG_PCR_EVENT with a SHA-1 digest only. It can be read; nothing is predicted from it.
    case sha1Only
  }

  /// No firmware's log is longer, in bytes.
  public static let sizeLimit = 4 << 20

  /// The log that `bytes` are, all of them.
  public init(parsing bytes: [UInt8]) throws(EventLogError) {
    var parser = EventLogParser(bytes)
    self = try parser.log()
  }

  init(format: Format, algorithms: [Algorithm], events: [Event], startupLocality: UInt8) {
    self.format = format
    self.algorithms = algorithms
    self.events = events
    self.startupLocality = startupLocality
  }

  /// The banks that can be replayed here.
  public var banks: [HashAlgorithm] { algorithms.compactMap { HashAlgorithm($0) } }

  /// The events that extend `pcr`, in order.
  public func events(extending pcr: Int) -> [Event] { events.filter { $0.isExtended && $0.pcr == pcr } }
}

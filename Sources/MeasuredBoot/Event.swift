public import TPMStructures

/// One entry of an event log: what was measured into which PCR (TCG_PCR_EVENT2, or TCG_PCR_EVENT in an old log).
public struct Event: Sendable, Hashable {
  /// Its number in the log, from 0, as tpm2_eventlog(1) counts (`EventNum`); an event that was put in has its neighbour's.
  public var number: Int
  /// Where it begins in the log, in bytes from 0.
  public var offset: Int
  /// The PCR it extends, 0 to 23; without meaning where nothing is extended.
  public var pcr: Int
  /// What was measured.
  public var type: EventType
  /// One digest for each bank of the log, in the log's order.
  public var digests: [Digest]
  /// What the firmware or loader says of it. Nothing binds it to the digests but the rule of its type.
  public var data: [UInt8]

  /// A digest in one bank.
  public struct Digest: Sendable, Hashable {
    /// The bank.
    public var algorithm: Algorithm
    /// As many bytes as the bank's hash gives.
    public var bytes: [UInt8]

    /// A digest.
    public init(_ algorithm: Algorithm, _ bytes: [UInt8]) {
      self.algorithm = algorithm
      self.bytes = bytes
    }
  }

  /// An event.
  public init(number: Int, offset: Int, pcr: Int, type: EventType, digests: [Digest], data: [UInt8]) {
    self.number = number
    self.offset = offset
    self.pcr = pcr
    self.type = type
    self.digests = digests
    self.data = data
  }

  /// Whether it extends its PCR: everything but `EV_NO_ACTION` does.
  public var isExtended: Bool { type != .noAction }

  /// Its digest in `bank`; `nil` where it has none.
  public func digest(_ bank: HashAlgorithm) -> [UInt8]? { digests.first { $0.algorithm == bank.algorithm }?.bytes }

  /// Whether it measures the same as `other`, wherever either stands in its log.
  func measuresSame(as other: Event) -> Bool {
    pcr == other.pcr && type == other.type && digests == other.digests
  }
}

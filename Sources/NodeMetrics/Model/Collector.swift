public import HostFS

/// Something that reads one aspect of the host. It may keep what it needs from one time to the next.
public protocol Collector<Reading> {
  /// What it reads.
  associatedtype Reading: Sendable & Hashable

  /// Its name in the output and in the documentation: `diskstats`.
  static var name: String { get }

  /// Reads it. This may take as long as the kernel or a device likes: it is called where waiting harms nobody.
  mutating func collect(_ root: HostRoot) throws(CollectionError) -> Reading
}

/// How one collector fared in one sample.
public struct CollectorRun: Sendable, Hashable {
  /// The collector's name.
  public var name: String
  /// How long it took, in nanoseconds; the limit where it never came back.
  public var duration: UInt64
  /// When it last measured something, in nanoseconds of the boot clock; `nil` where it never has.
  public var lastMeasured: UInt64?
  /// What became of it.
  public var result: Result

  /// What became of a run.
  public enum Result: Sendable, Hashable {
    /// It measured.
    case measured
    /// It cannot, for this reason.
    case unavailable(Unavailability)
    /// It failed for this reason.
    case failed(CollectionFault)
  }

  /// A run.
  public init(name: String, duration: UInt64, lastMeasured: UInt64?, result: Result) {
    self.name = name
    self.duration = duration
    self.lastMeasured = lastMeasured
    self.result = result
  }

  /// Whether it measured.
  public var isMeasured: Bool { result == .measured }

  /// Why it did not, as a sentence without an end; `nil` where it did.
  public var reason: String? {
    switch result {
    case .measured: nil
    case .unavailable(let unavailability): unavailability.description
    case .failed(let fault): fault.description
    }
  }
}

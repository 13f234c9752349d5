/// A counter that is less than it was: a device that was replaced or plugged in again, a kernel's own mistake (iowait), or
/// an overflow. The sample shows the new value as it is.
public struct Setback: Sendable, Hashable {
  /// The collector that read it.
  public var collector: String
  /// The counter, and of which device: `vda read_bytes`.
  public var counter: String
  /// What it was.
  public var before: UInt64
  /// What it is.
  public var after: UInt64

  /// A counter that went from `before` to `after`.
  public init(collector: String, counter: String, before: UInt64, after: UInt64) {
    self.collector = collector
    self.counter = counter
    self.before = before
    self.after = after
  }
}

public import HostFS

/// How the clock is kept.
public struct ClockReading: Sendable, Hashable {
  /// What adjtimex(2) says.
  public var discipline: ClockDiscipline
}

/// Asks adjtimex(2), which needs no privilege to be asked.
public struct ClockCollector: Collector {
  /// `timex`.
  public static let name = "timex"
  private let ask: @Sendable () throws(ReadError) -> ClockDiscipline

  /// A collector that asks the kernel, or `ask`.
  public init(ask: @escaping @Sendable () throws(ReadError) -> ClockDiscipline = ClockDiscipline.current) {
    self.ask = ask
  }

  /// Asks.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> ClockReading {
    do throws(ReadError) {
      return ClockReading(discipline: try ask())
    } catch {
      throw CollectionError(error)
    }
  }
}

/// What became of a reading. One that is not there never silences the others.
public enum Outcome<Reading: Sendable & Hashable>: Sendable, Hashable {
  /// It was read at this time of the boot clock, in nanoseconds.
  case measured(Reading, at: UInt64)
  /// It cannot be had here, and nothing is broken.
  case unavailable(Unavailability)
  /// It should be there, and could not be read.
  case failed(CollectionFault)

  /// The reading, where there is one.
  public var reading: Reading? {
    if case .measured(let reading, _) = self { reading } else { nil }
  }

  /// When it was read, in nanoseconds of the boot clock.
  public var time: UInt64? {
    if case .measured(_, let time) = self { time } else { nil }
  }

  /// Why there is no reading, as a sentence without an end; `nil` where there is one.
  public var reason: String? {
    switch self {
    case .measured: nil
    case .unavailable(let unavailability): unavailability.description
    case .failed(let fault): fault.description
    }
  }
}

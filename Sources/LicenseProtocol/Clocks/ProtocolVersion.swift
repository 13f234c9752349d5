import SwiftProtobuf

/// Which versions of the protocol are spoken, and what two ends agree on.
public enum ProtocolVersion {
  /// What this package speaks, both ends inclusive.
  public static let spoken: ClosedRange<UInt32> = 1...1

  /// `spoken` as a Hello carries it.
  public static var range: Lowlayer_Agent_V1_ProtocolRange {
    .with {
      $0.minimum = spoken.lowerBound
      $0.maximum = spoken.upperBound
    }
  }

  /// The highest version that both ends speak; `nil` where there is none, or where the range is upside down or starts at 0.
  public static func negotiate(
    minimum: UInt32, maximum: UInt32, spoken: ClosedRange<UInt32> = ProtocolVersion.spoken
  ) -> UInt32? {
    guard minimum >= 1, minimum <= maximum else { return nil }
    let highest = min(maximum, spoken.upperBound)
    return highest >= max(minimum, spoken.lowerBound) ? highest : nil
  }
}

/// What an end can do beyond the protocol's version. Names are lower case with dashes.
public enum ProtocolFeature {
  /// What this package understands beyond version 1: nothing yet.
  public static let understood: Set<String> = []

  /// The features that are required and not understood, each once, in the order of their names; the session is refused with
  /// these names when there are any.
  public static func missing(
    required: some Sequence<String>, understood: Set<String> = ProtocolFeature.understood
  ) -> [String] {
    Set(required).subtracting(understood).sorted()
  }
}

import LicenseProtocol

/// What an operator below was answered last: it may take that many seats, heard of again or not.
struct PromiseBelow: Sendable, Hashable {
  /// The seats of all its organisations together; `UInt32.max` where there is no limit.
  var seats: UInt32
  /// Until when it grants by that answer, its grace included.
  var until: ServerTime
}

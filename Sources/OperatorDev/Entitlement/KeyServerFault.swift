/// Why the key server gives no entitlement, without the details. Each is said once, until it gives one again: what is
/// tried again every few seconds would fill the log, and what follows on another fault would be hidden by it.
enum KeyServerFault: Sendable, Hashable {
  /// It is not reached, or whoever answers is somebody else.
  case unreachable
  /// It refuses, or requires what is not understood here.
  case refusing
  /// Its answer is not believed.
  case unbelieved
}

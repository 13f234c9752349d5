public import LicenseProtocol

/// What is known of the license and of the session at one moment.
public struct SessionView: Sendable, Hashable {
  /// The license; judged by the boot clock.
  public var license: LicenseState
  /// Whether the operator is spoken to.
  public var isConnected: Bool
  /// Why the last session ended; `nil` before the first one did.
  public var lastEnd: SessionEnd?
  /// The pushed configurations that are applied, by name, and their versions.
  public var configurations: [String: UInt64]

  /// A view.
  public init(license: LicenseState, isConnected: Bool, lastEnd: SessionEnd?, configurations: [String: UInt64]) {
    self.license = license
    self.isConnected = isConnected
    self.lastEnd = lastEnd
    self.configurations = configurations
  }
}

/// A TPM's TPMS_CLOCK_INFO as its attestation key signed it (TPM 2.0 Library, part 2, 10.11.1).
public struct TPMClock: Sendable, Hashable {
  /// Milliseconds that the TPM was powered, since its last TPM2_Clear.
  public var clock: UInt64
  /// TPM resets since the last TPM2_Clear.
  public var resetCount: UInt32
  /// Restarts and resumes since the last reset.
  public var restartCount: UInt32
  /// Whether no earlier report can have held a higher `clock`.
  public var isSafe: Bool

  /// A clock as reported.
  public init(clock: UInt64, resetCount: UInt32, restartCount: UInt32, isSafe: Bool) {
    self.clock = clock
    self.resetCount = resetCount
    self.restartCount = restartCount
    self.isSafe = isSafe
  }

  /// Whether this, reported after `earlier` under one attestation key, shows that the TPM's state was set back: a restored
  /// snapshot, or a second copy of a virtual TPM.
  ///
  /// The counters say it by themselves. `clock` is saved every 2^22 ms (70 minutes) at the least: after a reset without an
  /// orderly shutdown it may fall behind by that much, and says so by not being safe (part 1, 36.3).
  public func isBehind(_ earlier: TPMClock) -> Bool {
    if resetCount < earlier.resetCount { return true }
    if resetCount == earlier.resetCount, restartCount < earlier.restartCount { return true }
    guard clock < earlier.clock else { return false }
    return !(resetCount > earlier.resetCount && !isSafe && earlier.clock - clock <= 1 << 22)
  }
}

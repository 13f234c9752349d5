public import TPMStructures

/// Whether a TPM's clock went backwards, as a restored snapshot of a virtual machine makes it. Source: TPM 2.0 part 1,
/// 36.3 and 36.6.
public enum ClockOrder: Sendable, Hashable {
  /// `next` may follow `previous` in one TPM's life.
  case forwards
  /// It may not: the words say which count fell.
  case backwards(String)

  /// The clock's own value is saved every 2^22 ms (70 minutes) at the least; a TPM that lost its power goes on from
  /// there, and says so by `safe` being clear.
  private static let largestUnsafeStep: UInt64 = 1 << 22

  /// How `next` stands to `previous`, both from one attestation key. A TPM that was cleared counts from 0 again; its
  /// attestation key is then another one.
  public init(from previous: Attest.ClockInfo, to next: Attest.ClockInfo) {
    if next.resetCount < previous.resetCount {
      self = .backwards("the TPM has counted \(next.resetCount) resets, and before that \(previous.resetCount)")
    } else if next.resetCount == previous.resetCount, next.restartCount < previous.restartCount {
      self = .backwards("the TPM has counted \(next.restartCount) restarts, and before that \(previous.restartCount)")
    } else if next.clock < previous.clock {
      let mayHaveLost = next.resetCount > previous.resetCount && !next.safe
      let fits = mayHaveLost && previous.clock - next.clock <= Self.largestUnsafeStep
      self =
        fits ? .forwards : .backwards("the TPM's clock reads \(next.clock) ms, and before that \(previous.clock) ms")
    } else {
      self = .forwards
    }
  }
}

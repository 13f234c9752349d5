import BaseEncodings
public import TPMStructures

/// A PCR whose live value the log does not reproduce.
public struct PCRMismatch: Sendable, Hashable {
  /// The PCR.
  public var pcr: Int
  /// The bank.
  public var bank: HashAlgorithm
  /// What the log's events make of it.
  public var logged: [UInt8]
  /// What the TPM says.
  public var live: [UInt8]
  /// What explains the difference.
  public var reason: Reason

  /// What can explain a difference.
  public enum Reason: Sendable, Hashable {
    /// The TPM's value is the one that the PCR begins with: nothing was measured into it, or the TPM was reset.
    case neverExtended
    /// The TPM's value is that of the log before these events: they were written down and not measured.
    case notMeasured([Event])
    /// The digests of these events are not those of their data.
    case notOfTheirData([Event])
    /// The events do not tell: something was measured that the log does not have, or a digest was changed.
    case unknown
  }
}

extension PCRMismatch: CustomStringConvertible {
  /// `PCR 7: the log gives X, the TPM Y: not reproduced; …`
  public var description: String {
    let logged = Hexadecimal.text(self.logged)
    let words =
      switch reason {
      case .neverExtended: "nothing was measured into it, or the TPM was reset since"
      case .notMeasured(let events):
        "the log has what was not measured: " + events.map(\.description).joined(separator: "; ")
      case .notOfTheirData(let events):
        "digest and data disagree: " + events.map(\.description).joined(separator: "; ")
      case .unknown: "something was measured that the log does not have, or the log was changed"
      }
    return "PCR \(pcr): the log gives \(logged), the TPM \(Hexadecimal.text(live)): not reproduced; \(words)"
  }
}

extension EventLog {
  /// The chosen PCRs of `live` (value by PCR, read from the TPM) that the log does not reproduce, ascending; none where all agree.
  public func mismatches(live: [Int: [UInt8]], bank: HashAlgorithm) throws(ReplayError) -> [PCRMismatch] {
    let values = try replay(bank: bank)
    return live.keys.sorted().compactMap { pcr in
      let logged = values[pcr] ?? []
      guard let value = live[pcr], value != logged else { return nil }
      return PCRMismatch(
        pcr: pcr, bank: bank, logged: logged, live: value, reason: reason(pcr, live: value, bank: bank))
    }
  }

  /// The log that reproduces `live`: this one, or this one without events at its end that it shows twice; `nil` where neither does.
  public func reproducing(live: [Int: [UInt8]], bank: HashAlgorithm) throws(ReplayError) -> EventLog? {
    for log in [self] + withoutRepeatedEnd where try log.mismatches(live: live, bank: bank).isEmpty { return log }
    return nil
  }

  private func reason(_ pcr: Int, live: [UInt8], bank: HashAlgorithm) -> PCRMismatch.Reason {
    let events = events(extending: pcr)
    let start = start(of: pcr, bank: bank)
    if live == start { return .neverExtended }
    var value = start
    for (index, event) in events.enumerated() {
      value = bank.hash(value + (event.digest(bank) ?? []))
      if value == live { return .notMeasured(Array(events[(index + 1)...])) }
    }
    // Leaving out each event in turn costs a hash for each pair: only for logs of a usual length.
    if events.count <= 500 {
      for left in events.indices {
        value = start
        for (index, event) in events.enumerated() where index != left {
          value = bank.hash(value + (event.digest(bank) ?? []))
        }
        if value == live { return .notMeasured([events[left]]) }
      }
    }
    let wrong = events.filter { $0.measuresItsData && $0.rule(bank) == nil }
    return wrong.isEmpty ? .unknown : .notOfTheirData(wrong)
  }
}

public import TPMStructures

/// Why an event log cannot be replayed.
public enum ReplayError: Error, Sendable, Hashable {
  /// The log has SHA-1 digests only.
  case sha1Only
  /// The log has no such bank.
  case noBank(HashAlgorithm)
  /// The event with this number has no digest in the bank.
  case noDigest(event: Int, HashAlgorithm)
}

extension ReplayError: CustomStringConvertible {
  /// The fault in one line.
  public var description: String {
    switch self {
    case .sha1Only: "the event log has SHA-1 digests only, which prove nothing"
    case .noBank(let bank): "the event log has no \(bank) bank"
    case .noDigest(let event, let bank): "event \(event) has no \(bank) digest"
    }
  }
}

extension EventLog {
  /// The value of every PCR, 0 to 23, that the log's events make in `bank`. A SHA-1-only log, or bank, is refused.
  /// Source: TCG PC Client Platform TPM Profile 1.05, 4.6 (where a PCR begins); TPM 2.0 part 1, 17.2 (extend).
  public func replay(bank: HashAlgorithm) throws(ReplayError) -> [Int: [UInt8]] {
    guard format == .cryptoAgile, bank != .sha1 else { throw .sha1Only }
    guard algorithms.contains(bank.algorithm) else { throw .noBank(bank) }
    var values: [Int: [UInt8]] = [:]
    for pcr in 0..<24 { values[pcr] = start(of: pcr, bank: bank) }
    for event in events where event.isExtended {
      guard let digest = event.digest(bank) else { throw .noDigest(event: event.number, bank) }
      values[event.pcr] = bank.hash((values[event.pcr] ?? []) + digest)
    }
    return values
  }

  /// The value of a PCR before the first event.
  func start(of pcr: Int, bank: HashAlgorithm) -> [UInt8] {
    // The dynamic launch's PCRs begin at ones.
    var value = [UInt8](repeating: (17...22).contains(pcr) ? 0xFF : 0, count: bank.digestSize)
    if pcr == 0 { value[bank.digestSize - 1] = startupLocality }
    return value
  }
}

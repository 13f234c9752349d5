import Diagnostics
public import TPMStructures

/// The PCR values that an approval is made for: those of the running OS and those of the staged one.
public struct Prediction: Sendable, Hashable {
  /// The bank.
  public let bank: HashAlgorithm
  /// The running OS's values by PCR: the log's, which are the TPM's.
  public let running: [Int: [UInt8]]
  /// The staged OS's values by PCR; those of the running OS where nothing is substituted.
  public let staged: [Int: [UInt8]]
  /// What changes from one to the other.
  public let difference: EventLogDifference

  /// Predicts the PCRs of `live`, which are their values as the TPM has them now.
  ///
  /// - Parameters:
  ///   - log: the running OS's event log.
  ///   - live: the chosen PCRs with their values, read from the TPM in `bank`.
  ///   - bank: SHA-256, 384 or 512.
  ///   - zeros: those of the chosen PCRs that must still be zero: the cap.
  ///   - substitutions: what differs in the staged OS's boot.
  ///   - files: the bytes of the substitutions' files by path.
  /// - Throws: ``PredictionError`` where the log does not reproduce the TPM or a substitution does not fit.
  public init(
    log: EventLog, live: [Int: [UInt8]], bank: HashAlgorithm, zeros: Set<Int> = [],
    substitutions: SubstitutionList = SubstitutionList(), files: [String: [UInt8]] = [:]
  ) throws(PredictionError) {
    guard !live.isEmpty else { throw .noPCR }
    try Self.check(live, bank: bank, zeros: zeros)
    let reproduced: EventLog?
    let mismatches: [PCRMismatch]
    do throws(ReplayError) {
      reproduced = try log.reproducing(live: live, bank: bank)
      mismatches = try log.mismatches(live: live, bank: bank)
    } catch {
      throw .replay(error)
    }
    guard let reproduced else { throw .notReproduced(mismatches) }
    var report = Report()
    let next = substitutions.applied(to: reproduced, bank: bank, files: files, report: &report)
    if report.hasErrors { throw .substitutions(report) }
    do throws(ReplayError) {
      running = try reproduced.replay(bank: bank).filter { live[$0.key] != nil }
      staged = try next.replay(bank: bank).filter { live[$0.key] != nil }
    } catch {
      throw .replay(error)
    }
    self.bank = bank
    difference = EventLogDifference(from: reproduced, to: next, bank: bank)
    try Self.check(staged, bank: bank, zeros: zeros)
  }

  private static func check(
    _ values: [Int: [UInt8]], bank: HashAlgorithm, zeros: Set<Int>
  ) throws(PredictionError) {
    for pcr in values.keys.sorted() {
      let value = values[pcr] ?? []
      guard (0..<24).contains(pcr), value.count == bank.digestSize else { throw .notAValue(pcr, bank) }
      let isZero = value.allSatisfy { $0 == 0 }
      if zeros.contains(pcr), !isZero { throw .notZero(pcr) }
      if !zeros.contains(pcr), isZero || value.allSatisfy({ $0 == 0xFF }) { throw .unused(pcr) }
    }
  }
}

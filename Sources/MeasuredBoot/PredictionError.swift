public import Diagnostics
public import TPMStructures

/// Why nothing is predicted.
public enum PredictionError: Error, Sendable, Hashable {
  /// No PCR was chosen.
  case noPCR
  /// The value given for this PCR is none of the bank's.
  case notAValue(Int, HashAlgorithm)
  /// This PCR is all zeros or all ones: nothing was measured into it, so it binds to nothing.
  case unused(Int)
  /// This PCR, which must be zero, is not.
  case notZero(Int)
  /// The log cannot be replayed in the bank.
  case replay(ReplayError)
  /// The log does not give the TPM's values.
  case notReproduced([PCRMismatch])
  /// Substitutions that do not fit the log.
  case substitutions(Report)
}

extension PredictionError: CustomStringConvertible {
  /// The fault, a line for each part of it.
  public var description: String {
    switch self {
    case .noPCR: "no PCR is chosen"
    case .notAValue(let pcr, let bank): "PCR \(pcr) has no such value in the \(bank) bank"
    case .unused(let pcr): "PCR \(pcr) is all zeros or all ones: nothing was measured into it"
    case .notZero(let pcr): "PCR \(pcr) is not zero any more: the boot was capped"
    case .replay(let error): "\(error)"
    case .notReproduced(let mismatches): mismatches.map(\.description).joined(separator: "\n")
    case .substitutions(let report): report.sorted.map(\.description).joined(separator: "\n")
    }
  }
}

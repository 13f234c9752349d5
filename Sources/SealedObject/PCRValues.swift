public import TPMStructures

/// What PCRs of one bank read.
public struct PCRValues: Sendable, Hashable {
  /// The bank.
  public let bank: HashAlgorithm
  /// The value of each PCR that was read.
  public let values: [Int: [UInt8]]

  /// Values of a bank. An error where a PCR does not exist or a value is not of the bank's size.
  public init(bank: HashAlgorithm, _ values: [Int: [UInt8]]) throws(SealedObjectError) {
    for (pcr, value) in values.sorted(by: { $0.key < $1.key })
    where !(0..<24).contains(pcr) || value.count != bank.digestSize {
      throw .missingPCR(pcr)
    }
    self.bank = bank
    self.values = values
  }

  /// Those of the policy's PCRs; an error where one was not read or the bank is another.
  public func selected(by policy: SealingPolicy) throws(SealedObjectError) -> PCRValues {
    guard let binding = policy.binding, binding.bank == bank else { throw .bank("\(bank)") }
    var chosen: [Int: [UInt8]] = [:]
    for pcr in policy.pcrs {
      guard let value = values[pcr] else { throw .missingPCR(pcr) }
      chosen[pcr] = value
    }
    return try PCRValues(bank: bank, chosen)
  }

  /// Why a secret must not be bound to these values under `policy`: a PCR that is missing, reads all zeros or all ones, or a cap that is
  /// not zero. Empty where nothing speaks against it.
  public func refusals(for policy: SealingPolicy) -> [SealedObjectError] {
    guard let binding = policy.binding else { return [] }
    guard binding.bank == bank else { return [.bank("\(bank)")] }
    var refusals: [SealedObjectError] = []
    for pcr in policy.pcrs {
      guard let value = values[pcr] else {
        refusals.append(.missingPCR(pcr))
        continue
      }
      if pcr == binding.capPCR {
        if value.contains(where: { $0 != 0 }) { refusals.append(.capped(pcr: pcr)) }
      } else if value.allSatisfy({ $0 == 0 }) || value.allSatisfy({ $0 == 0xFF }) {
        refusals.append(.unmeasured(pcr: pcr))
      }
    }
    return refusals
  }

  /// What PolicyPCR compares in a SHA-256 session: the hash of all values, ascending by PCR.
  public var digest: [UInt8] { PolicyDigest.pcrDigest(of: values.sorted { $0.key < $1.key }.map(\.value)) }
}

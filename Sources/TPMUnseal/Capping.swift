public import SealedObject
public import TPM2
import TPMStructures

/// Ends this boot's releases: the cap PCR is extended, and no policy over it is satisfied until the next start.
public enum Capping {
  /// Extends the cap PCR of the pair's policy in its bank with SHA-256 (or 384) of `ll-tpm cap`. Without a policy over PCRs there is no cap: nothing is
  /// done and `false` returned.
  public static func cap(_ pair: SealedPair, in tpm: TPM) async throws(UnsealError) -> Bool {
    guard let binding = pair.sidecar.policy.binding else { return false }
    try await cap(binding.capPCR, in: tpm)
    return true
  }

  /// Extends that PCR in every active bank.
  public static func cap(_ number: Int, in tpm: TPM) async throws(UnsealError) {
    try await tpm.perform(failing: UnsealError.tpm) { context throws(UnsealError) in
      try UnsealError.inTPM { () throws(TPMError) in
        guard let pcr = TPMHandle.pcr(number) else { return }
        var digests: [HashAlgorithm: [UInt8]] = [:]
        for bank in try context.pcrBanks().banks where bank.pcrs.contains(number) {
          guard let hash = HashAlgorithm(bank.algorithm) else { continue }
          digests[hash] = hash.hash(Array("ll-tpm cap".utf8))
        }
        try context.pcrExtend(pcr, digests)
      }
    }
  }
}

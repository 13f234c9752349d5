import CTSS2
public import TPMStructures

/// PCR values of one moment, by bank and number.
public struct PCRValues: Sendable, Hashable {
  /// How often a PCR was changed (TPM2_PCR_Read's pcrUpdateCounter).
  public internal(set) var updateCounter: UInt32
  /// The digests that were there: a PCR that is not allocated is missing.
  public internal(set) var digests: [Algorithm: [Int: [UInt8]]]

  /// The digest of one PCR.
  public subscript(_ bank: HashAlgorithm, _ pcr: Int) -> [UInt8]? { digests[bank.algorithm]?[pcr] }
}

extension TPMContext {
  /// TPM2_PCR_Read, eight PCRs a command, again from the start where a PCR was changed meanwhile. `hash` where the TPM
  /// does not know a bank at all: ``pcrBanks()`` tells.
  public func pcrRead(_ selection: PCRSelection) throws(TPMError) -> PCRValues {
    var result = PCRValues(updateCounter: 0, digests: [:])
    var isFirst = true
    var wanted = selection
    while wanted.banks.contains(where: { !$0.pcrs.isEmpty }) {
      let part = try pcrReadOnce(wanted)
      if !isFirst, part.updateCounter != result.updateCounter {
        (isFirst, wanted) = (true, selection)
        continue
      }
      if isFirst { result = PCRValues(updateCounter: part.updateCounter, digests: [:]) }
      isFirst = false
      // What the TPM leaves out, it does not have.
      guard !part.digests.isEmpty else { break }
      result.digests.merge(part.digests) { $0.merging($1) { $1 } }
      wanted = wanted.without(part.digests)
    }
    return result
  }

  /// TPM2_PCR_Extend with one digest per bank.
  public func pcrExtend(
    _ pcr: TPMHandle, _ digests: [HashAlgorithm: [UInt8]], authorization: Authorization = .password
  ) throws(TPMError) {
    let command = "TPM2_PCR_Extend"
    var writer = WireWriter()
    writer.integer(UInt32(digests.count))
    for (hash, digest) in digests {
      guard digest.count == hash.digestSize else {
        throw TPMError.size(command, digest.count, limit: hash.digestSize)
      }
      writer.algorithm(hash.algorithm)
      writer.raw(digest)
    }
    var values = try CStructure.of(writer.bytes, for: command, Tss2_MU_TPML_DIGEST_VALUES_Unmarshal)
    try run(command, [pcr], [authorization]) { esys, first, second, third in
      Esys_PCR_Extend(esys, pcr.reference, first, second, third, &values)
    }
  }

  private func pcrReadOnce(_ selection: PCRSelection) throws(TPMError) -> PCRValues {
    let command = "TPM2_PCR_Read"
    var selection = try CStructure.of(selection.wire, for: command, Tss2_MU_TPML_PCR_SELECTION_Unmarshal)
    var counter: UInt32 = 0
    var selected: UnsafeMutablePointer<TPML_PCR_SELECTION>?
    var values: UnsafeMutablePointer<TPML_DIGEST>?
    try run(command) { esys, first, second, third in
      Esys_PCR_Read(esys, first, second, third, &selection, &counter, &selected, &values)
    }
    let digestBytes = try CStructure.wire(taking: values, from: command, Tss2_MU_TPML_DIGEST_Marshal)
    let selectedBytes = try CStructure.wire(taking: selected, from: command, Tss2_MU_TPML_PCR_SELECTION_Marshal)
    return try CStructure.read(command) { () throws(WireError) in
      var result = PCRValues(updateCounter: counter, digests: [:])
      var reader = WireReader(digestBytes)
      var left = try reader.uint32()
      for bank in try PCRSelection(wire: selectedBytes).banks {
        for pcr in bank.pcrs where left > 0 {
          result.digests[bank.algorithm, default: [:]][pcr] = try reader.sizedBytes(limit: 64)
          left -= 1
        }
      }
      return result
    }
  }
}

extension PCRSelection {
  /// The PCRs that are not among `digests`.
  fileprivate func without(_ digests: [Algorithm: [Int: [UInt8]]]) -> PCRSelection {
    PCRSelection(
      banks.map { bank in
        var select = bank.select
        for pcr in (digests[bank.algorithm] ?? [:]).keys where pcr / 8 < select.count {
          select[pcr / 8] &= ~(1 << UInt8(pcr % 8))
        }
        return Bank(bank.algorithm, select: select)
      })
  }
}

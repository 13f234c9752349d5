import BaseEncodings
public import MeasuredBoot
public import SealedObject
public import SecretMemory
public import TPM2
import TPMStructures

/// Says why an unseal fails, or would not, and what to do next.
public struct Doctor: Sendable {
  private let tpm: TPM
  private let pair: SealedPair?
  private let authorizationValue: SecretBytes?
  private let log: EventLog?
  private let approvedLog: EventLog?

  /// A doctor for one TPM and, where one is given, one pair.
  ///
  /// - Parameters:
  ///   - log: this boot's event log; `nil` where there is none.
  ///   - approvedLog: the event log that the approval was made from: with it the event that changed is named.
  public init(
    _ tpm: TPM, pair: SealedPair?, authorizationValue: SecretBytes? = nil, log: EventLog?, approvedLog: EventLog? = nil
  ) {
    self.tpm = tpm
    self.pair = pair
    self.authorizationValue = authorizationValue
    self.log = log
    self.approvedLog = approvedLog
  }

  /// Looks at everything, in the order in which an unseal needs it. Nothing secret is in any of it.
  public func examine() async -> [Diagnosis] {
    var found = [wayToTheTPM]
    let state: TPMState
    do {
      state = try await TPMState.read(tpm, counter: pair?.sidecar.epoch, root: pair?.sidecar.srk)
    } catch {
      return found + [
        Diagnosis(
          .failed, "TPM", "\(error)",
          next:
            "see that the firmware has the TPM switched on, that \(tpm.tcti) is there and that this user may open it")
      ]
    }
    found += [state.words, state.lockoutDiagnosis, state.bankDiagnosis, state.rootDiagnosis(pair?.sidecar.srk)]
    guard let pair else { return found }
    if let epoch = pair.sidecar.epoch, pair.sidecar.policy != .tpmOnly {
      found.append(state.epochDiagnosis(epoch, node: pair.sidecar.node))
    }
    found += pcrDiagnoses(pair, state)
    found.append(await trial(pair))
    return found
  }

  private var wayToTheTPM: Diagnosis {
    guard tpm.tcti.isSimulator else { return Diagnosis(.ok, "way to the TPM", "\(tpm.tcti)") }
    return Diagnosis(
      .warning, "way to the TPM", "\(tpm.tcti) IS A SIMULATOR: its secrets are files on a disk, and protect nothing",
      next: "on a host use --tcti device:/dev/tpmrm0")
  }

  private func trial(_ pair: SealedPair) async -> Diagnosis {
    if pair.file.key.kind == .importable {
      return Diagnosis(
        .warning, "unseal", "the blob is still the one for import",
        next: "run ll-tpm import; the boot does it by itself")
    }
    do {
      let secret = try await Unsealing.secret(of: pair, authorizationValue: authorizationValue, from: tpm)
      return Diagnosis(.ok, "unseal", "works: \(secret.count) bytes, key id \(pair.sidecar.keyID)")
    } catch {
      return Diagnosis(.failed, "unseal", "\(error)", next: error.advice)
    }
  }

  // MARK: PCRs

  private func pcrDiagnoses(_ pair: SealedPair, _ state: TPMState) -> [Diagnosis] {
    guard let binding = pair.sidecar.policy.binding else { return [] }
    guard let live = state.pcrs[binding.bank] else {
      return [
        Diagnosis(
          .failed, "PCR bank", "the policy is over \(binding.bank), which this TPM does not measure into",
          next: "enable the bank in the firmware's setup, or approve over another one")
      ]
    }
    let approvals = pair.sidecar.approvals
    let best = approvals.max { fitting($0, live) < fitting($1, live) }
    guard let best else { return [] }
    return pair.sidecar.policy.pcrs.map { pcr in
      let value = live[pcr] ?? []
      if pcr == binding.capPCR, value.contains(where: { $0 != 0 }) {
        return Diagnosis(
          .failed, "PCR \(pcr)", "the cap is set: the secrets of this boot were released and closed",
          next: "reboot; a capped node cannot restart OpenBao until then")
      }
      if approvals.contains(where: { $0.pcrs.values[pcr] == value }) {
        return Diagnosis(.ok, "PCR \(pcr)", "as approved")
      }
      return Diagnosis(
        .failed, "PCR \(pcr)",
        "reads \(Hexadecimal.text(value)), approved was \(Hexadecimal.text(best.pcrs.values[pcr] ?? []))"
          + " (\(best.label.debugDescription))\(cause(pcr, binding.bank, value))",
        next: "if the change is meant, make a new identity on this node and approve it: ll-tpm identity, ll-tpm approve"
      )
    }
  }

  private func fitting(_ approval: Approval, _ live: [Int: [UInt8]]) -> Int {
    approval.pcrs.values.count { live[$0.key] == $0.value }
  }

  /// Which event made the difference, as far as the logs tell.
  private func cause(_ pcr: Int, _ bank: HashAlgorithm, _ value: [UInt8]) -> String {
    guard let log else { return "; there is no event log to say why" }
    if let mismatch = try? log.mismatches(live: [pcr: value], bank: bank).first { return "; \(mismatch)" }
    guard let approvedLog else {
      let events = log.events(extending: pcr)
      let last = events.suffix(8).map { "\n      \($0)" }.joined()
      return
        "; with --identity, of the node when it was approved, the event that changed is named. It was measured:\(last)"
    }
    let changes = EventLogDifference(from: approvedLog, to: log, bank: bank).changes.filter { $0.pcr == pcr }
    return changes.isEmpty
      ? "; the logs do not differ" : "; what changed:" + changes.map { "\n      \($0)" }.joined()
  }
}

extension UnsealError {
  /// What a person can do about it; `nil` where the words say it all.
  public var advice: String? {
    switch self {
    case .tpm(let error): error.responseCode?.hint
    case .anotherTPM: "seal for this TPM: ll-tpm identity here, ll-tpm seal-for on the desk"
    case .noStorageRootKey:
      "ll-tpm identity makes one; what was sealed before the TPM was cleared is lost and must be sealed again"
    case .epoch, .epochIsOver: "seal again for the epoch that ll-tpm identity tells"
    case .notImported: "run ll-tpm import"
    case .sealed, .release, .memory, .structure, .squattedHandle, .authorizationValue, .notTheSame: nil
    }
  }
}

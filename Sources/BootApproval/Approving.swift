public import MeasuredBoot
public import SealedObject

/// Approves, on the desk, the boots of a node whose event log explains its PCRs.
public enum Approving {
  /// What was predicted and approved.
  public struct Result: Sendable {
    /// The approvals: the running OS, and the staged one where it differs.
    public var approvals: [Approval]
    /// What differs between the two.
    public var difference: EventLogDifference
  }

  /// Why nothing is approved.
  public enum Failure: Error, Sendable, Hashable {
    /// The identity has no event log, so nothing can be replayed.
    case noEventLog
    /// The event log cannot be read.
    case eventLog(EventLogError)
    /// The log does not give the PCRs, or the substitutions do not fit.
    case prediction(PredictionError)
    /// The policy, the key or the identity is refused.
    case sealed(SealedObjectError)
  }

  /// Replays the identity's event log against its PCRs, predicts those of the staged OS, and approves both.
  ///
  /// - Parameters:
  ///   - substitutions: what differs in the staged OS's boot; empty where nothing is staged.
  ///   - files: the bytes of the substitutions' files by path.
  public static func approve(
    _ identity: TPMIdentity, policy: SealingPolicy, context: PolicyContext, key: ReleaseKey.Private,
    label: String, substitutions: SubstitutionList = SubstitutionList(), files: [String: [UInt8]] = [:]
  ) throws(Failure) -> Result {
    guard let bytes = identity.eventLog else { throw .noEventLog }
    let log: EventLog
    do { log = try EventLog(parsing: bytes) } catch { throw .eventLog(error) }
    guard let binding = policy.binding else { throw .sealed(.value("tpm-only", "needs no approval")) }
    let live: PCRValues
    do throws(SealedObjectError) {
      live = try identity.pcrs(of: binding.bank).selected(by: policy)
    } catch {
      throw .sealed(error)
    }
    let prediction: Prediction
    do throws(PredictionError) {
      prediction = try Prediction(
        log: log, live: live.values, bank: binding.bank, zeros: [binding.capPCR], substitutions: substitutions,
        files: files)
    } catch {
      throw .prediction(error)
    }
    var labelled = [("\(label)", prediction.running)]
    if prediction.staged != prediction.running { labelled.append(("\(label), staged", prediction.staged)) }
    var approvals: [Approval] = []
    for (label, values) in labelled {
      do throws(SealedObjectError) {
        approvals.append(
          try Approval(
            label: label, pcrs: PCRValues(bank: binding.bank, values), policy: policy, context: context, key: key))
      } catch {
        throw .sealed(error)
      }
    }
    return Result(approvals: approvals, difference: prediction.difference)
  }
}

extension Approving.Failure: CustomStringConvertible {
  /// The reason.
  public var description: String {
    switch self {
    case .noEventLog: "the identity has no event log: nothing can be replayed, so nothing is approved"
    case .eventLog(let error): "the event log cannot be read: \(error)"
    case .prediction(let error): "\(error)"
    case .sealed(let error): "\(error)"
    }
  }
}

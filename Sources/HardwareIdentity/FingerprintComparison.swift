/// A machine held against a fingerprint that was kept.
public struct FingerprintComparison: Sendable, Hashable {
  /// What became of a fact.
  public enum Change: Sendable, Hashable {
    /// It is what it was.
    case same
    /// Some of its parts are what they were: so many of them, of so many before, and so many now.
    case partly(common: Int, before: Int, now: Int)
    /// It is something else.
    case changed
    /// It was known and cannot be read now: not a change.
    case lost(Absence)
    /// It is known now and was not then.
    case found
    /// It was not known then and is not now.
    case unknown
  }

  /// What it comes to.
  public enum Verdict: Sendable, Hashable {
    /// Everything that can be compared is what it was.
    case sameMachine
    /// Most of it, by weight, is what it was, or all but one fact of at least three: the same machine with these facts
    /// changed.
    case changed([FactName])
    /// At least half of it, by weight, is something else.
    case anotherMachine
    /// Too little of it can be compared to tell one machine from another.
    case notEnough
  }

  /// A fact, and what became of it.
  public struct Entry: Sendable, Hashable {
    /// Which fact.
    public var name: FactName
    /// What became of it.
    public var change: Change
  }

  /// What became of each fact, ascending by name.
  public let changes: [Entry]
  /// The weight of the facts that are what they were, in part or in whole.
  public let same: Int
  /// The weight of the facts that are something else.
  public let different: Int

  /// Holds the machine as it is now against what was kept.
  public init(of machine: HardwareFacts, with previous: StoredFingerprint) {
    changes = machine.facts.map {
      Entry(name: $0.name, change: Self.change(of: $0, since: previous.facts[$0.name]))
    }
    same = changes.reduce(0) { sum, entry in
      switch entry.change {
      case .same, .partly: sum + entry.name.weight
      case .changed, .lost, .found, .unknown: sum
      }
    }
    different = changes.reduce(0) { $0 + ($1.change == .changed ? $1.name.weight : 0) }
  }

  /// What it comes to.
  public var verdict: Verdict {
    if same + different < FactName.enough { return .notEnough }
    // A virtual TPM that was made again, or a firmware that has another UUID, outweighs all else that a small machine
    // tells; yet one fact alone is no other machine.
    let kept = changes.count { entry in
      switch entry.change {
      case .same, .partly: true
      case .changed, .lost, .found, .unknown: false
      }
    }
    let changedOnes = changes.filter { $0.change == .changed }
    // But a disk and a card may have left with a screwdriver: against a TPM they do not tell.
    let isOneAlone =
      changedOnes.count == 1 && kept >= 2
      && (changedOnes.first?.name != .tpmEndorsementKey || same >= FactName.enough)
    if same <= different, !isOneAlone { return .anotherMachine }
    let changed = changes.filter { entry in
      switch entry.change {
      case .changed, .partly: true
      case .same, .lost, .found, .unknown: false
      }
    }
    return changed.isEmpty ? .sameMachine : .changed(changed.map(\.name))
  }

  private static func change(of fact: HardwareFact, since before: StoredFingerprint.Fact?) -> Change {
    switch (fact.reading, before) {
    case (.present(let value), .some(let before)):
      if value.digest == before.digest { return .same }
      let common = Set(value.partDigests).intersection(before.parts).count
      return common == 0 ? .changed : .partly(common: common, before: before.parts.count, now: value.parts.count)
    case (.absent(let absence), .some): return .lost(absence)
    case (.present, nil): return .found
    case (.absent, nil): return .unknown
    }
  }
}

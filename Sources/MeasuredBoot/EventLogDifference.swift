public import TPMStructures

/// What changed between two boots: the log that an approval was made from, and the running one.
public struct EventLogDifference: Sendable, Hashable {
  /// The changes, by PCR and then in the order of the boot.
  public var changes: [Change]

  /// One change.
  public enum Change: Sendable, Hashable {
    /// The first log's event became the second's.
    case changed(Event, Event)
    /// The first log has it, the second does not.
    case removed(Event)
    /// The second log has it, the first does not.
    case added(Event)

    /// The PCR whose value changes with it.
    public var pcr: Int {
      switch self {
      case .changed(let event, _), .removed(let event), .added(let event): event.pcr
      }
    }
  }

  /// The changes from `old` to `new` of what was measured in `bank`.
  public init(from old: EventLog, to new: EventLog, bank: HashAlgorithm) {
    changes = (0..<24).flatMap { pcr in
      Self.changes(old.events(extending: pcr), new.events(extending: pcr), bank: bank)
    }
  }

  /// The PCRs whose values differ, ascending.
  public var pcrs: [Int] { Set(changes.map(\.pcr)).sorted() }

  private static func changes(_ old: [Event], _ new: [Event], bank: HashAlgorithm) -> [Change] {
    func isSame(_ left: Event, _ right: Event) -> Bool {
      left.type == right.type && left.digest(bank) == right.digest(bank)
    }
    let start = zip(old, new).prefix { isSame($0, $1) }.count
    let shared = zip(old.dropFirst(start).reversed(), new.dropFirst(start).reversed()).prefix { isSame($0, $1) }.count
    let left = Array(old[start..<(old.count - shared)])
    let right = Array(new[start..<(new.count - shared)])
    var removed = Set(left.indices)
    var added = Set(right.indices)
    // Finding the shortest difference grows with the square of its length: beyond this, all of it has changed.
    if left.count <= 1000, right.count <= 1000 {
      let difference = right.difference(from: left, by: isSame)
      removed = Set(difference.removals.map(Self.offset))
      added = Set(difference.insertions.map(Self.offset))
    }
    return merged(left, right, removed: removed, added: added)
  }

  private static func offset(_ change: CollectionDifference<Event>.Change) -> Int {
    switch change {
    case .insert(let offset, _, _), .remove(let offset, _, _): offset
    }
  }

  /// A removal and an addition at the same place are one change where both are of one type.
  private static func merged(_ left: [Event], _ right: [Event], removed: Set<Int>, added: Set<Int>) -> [Change] {
    var changes: [Change] = []
    var (old, new) = (0, 0)
    while old < left.count || new < right.count {
      switch (old < left.count && removed.contains(old), new < right.count && added.contains(new)) {
      case (true, true) where left[old].type == right[new].type:
        changes.append(.changed(left[old], right[new]))
        (old, new) = (old + 1, new + 1)
      case (true, _):
        changes.append(.removed(left[old]))
        old += 1
      case (false, true):
        changes.append(.added(right[new]))
        new += 1
      case (false, false): (old, new) = (old + 1, new + 1)
      }
    }
    return changes
  }
}

extension EventLogDifference.Change: CustomStringConvertible {
  /// The change in one line.
  public var description: String {
    switch self {
    case .changed(let old, let new) where old.words == new.words: "changed: \(new), another digest"
    case .changed(let old, let new): "changed: \(new); it was: \(old.words)"
    case .removed(let event): "gone: \(event)"
    case .added(let event): "new: \(event)"
    }
  }
}

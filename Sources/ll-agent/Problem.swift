import HostFS
import NodeMetrics

/// Something that a person should know first.
struct Problem: Equatable {
  /// How much it matters.
  enum Weight: Int, Comparable {
    /// It is broken now.
    case wrong
    /// It soon will be, or something could not be read that should have been.
    case worrying

    static func < (left: Weight, right: Weight) -> Bool { left.rawValue < right.rawValue }
  }

  var weight: Weight
  /// What it is about: a condition, a mount, a unit.
  var subject: String
  /// What is the matter with it.
  var words: String

  /// What is wrong in a snapshot, gravest first, and in a fixed order among equals.
  static func all(in snapshot: NodeSnapshot) -> [Problem] {
    let found =
      conditions(snapshot) + mounts(snapshot) + memory(snapshot) + pressure(snapshot) + units(snapshot)
      + collectors(snapshot)
    // A sort that keeps equals where they are.
    return found.filter { $0.weight == .wrong } + found.filter { $0.weight == .worrying }
  }

  private static func conditions(_ snapshot: NodeSnapshot) -> [Problem] {
    snapshot.conditions.filter { $0.status == .isTrue }.map {
      Problem(weight: .wrong, subject: $0.type.rawValue, words: $0.message)
    }
  }

  private static func mounts(_ snapshot: NodeSnapshot) -> [Problem] {
    (snapshot.filesystems.reading?.mounts ?? []).compactMap { mount in
      switch mount.space {
      case .failed(let fault):
        return Problem(weight: .wrong, subject: mount.mountPoint, words: "\(mount.type): \(fault)")
      case .measured(let space, _) where mount.duplicateOf == nil && !mount.isReadOnly:
        let share = Share(space)
        let inodes = Share(used: space.files - min(space.files, space.filesFree), of: space.files)
        if let worst = [(share, "full"), (inodes, "of its inodes in use")].first(where: { $0.0.hundredths >= 9000 }) {
          return Problem(
            weight: worst.0.hundredths >= 9700 ? .wrong : .worrying, subject: mount.mountPoint,
            words: "\(worst.0.percent) \(worst.1)")
        }
        return nil
      default: return nil
      }
    }
  }

  private static func memory(_ snapshot: NodeSnapshot) -> [Problem] {
    guard let memory = snapshot.memory.reading, let total = memory.total, let available = memory.available else {
      return []
    }
    let share = Share(used: total - min(total, available), of: total)
    guard share.hundredths >= 9000 else { return [] }
    return [
      Problem(
        weight: share.hundredths >= 9700 ? .wrong : .worrying, subject: "memory",
        words: "\(share.percent) in use, \(Bytes.text(available)) available")
    ]
  }

  private static func pressure(_ snapshot: NodeSnapshot) -> [Problem] {
    guard let reading = snapshot.pressure.reading else { return [] }
    return [("memory", reading.memory?.full), ("io", reading.io?.full)].compactMap { name, stall in
      guard let stall, stall.average10 >= 1000 else { return nil }
      return Problem(
        weight: stall.average10 >= 4000 ? .wrong : .worrying, subject: "\(name) pressure",
        words: "everything stood still for \(Share(hundredths: stall.average10).percent) of the last 10 s")
    }
  }

  private static func units(_ snapshot: NodeSnapshot) -> [Problem] {
    guard let reading = snapshot.units.reading else { return reason("systemd", snapshot.units) }
    var problems = reading.failed.map { Problem(weight: .wrong, subject: $0, words: "failed") }
    for unit in reading.units where !reading.failed.contains(unit.name) {
      if unit.activeState == "not-found" || unit.activeState == "bad-setting" || unit.activeState == "error" {
        problems.append(Problem(weight: .wrong, subject: unit.name, words: unit.activeState))
      } else if unit.activeState != "active", unit.activeState != "reloading" {
        let restarts = unit.restarts.map { $0 > 0 ? ", restarted \($0) times" : "" } ?? ""
        problems.append(
          Problem(weight: .worrying, subject: unit.name, words: "\(unit.activeState) (\(unit.subState))\(restarts)"))
      }
    }
    return problems
  }

  private static func collectors(_ snapshot: NodeSnapshot) -> [Problem] {
    snapshot.runs.compactMap { run in
      guard case .failed(let fault) = run.result else { return nil }
      return Problem(weight: .worrying, subject: run.name, words: "not read: \(fault)")
    }
  }

  /// A part that should be there and is not. What is merely unavailable here is no problem.
  private static func reason<Reading>(_ name: String, _ outcome: Outcome<Reading>) -> [Problem] {
    guard case .failed(let fault) = outcome else { return [] }
    return [Problem(weight: .worrying, subject: name, words: "not read: \(fault)")]
  }
}

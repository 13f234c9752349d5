extension BootChain {
  /// What in this chain breaks a rule that every chain must keep; empty for a sound one. Each entry names the unit.
  ///
  /// - every unit waited for or wanted is a stage, and stands earlier (so there is no cycle);
  /// - a stage that only others start is wanted by at least one of them;
  /// - whoever wants a stage that only others start also waits for it, or the wish would be a race (the release oneshot waits itself);
  /// - kubelet follows the gate, and neither OpenBao's server nor its agent: a running cluster survives their restart;
  /// - the unseal oneshot has exactly one dependent that starts it.
  public func violations() -> [String] {
    var faults: [String] = []
    var seen = Set<String>()
    for stage in stages {
      for unit in stage.after where !seen.contains(unit) {
        faults.append("\(stage.unit) waits for \(unit), which does not stand before it")
      }
      for unit in stage.wants where self[unit] == nil {
        faults.append("\(stage.unit) wants \(unit), which is no stage")
      }
      if !seen.insert(stage.unit).inserted { faults.append("\(stage.unit) stands twice") }
    }
    for stage in stages where stage.start == .demand {
      let starters = stages.filter { $0.wants.contains(stage.unit) }
      if starters.isEmpty { faults.append("nothing starts \(stage.unit)") }
      for starter in starters where !starter.after.contains(stage.unit) && !stage.after.contains(starter.unit) {
        faults.append("\(starter.unit) wants \(stage.unit) without an order between them")
      }
    }
    if let kubelet = self[ChainUnit.kubelet] {
      if !kubelet.after.contains(ChainUnit.pkiReady) { faults.append("kubelet does not follow the gate") }
      for unit in [ChainUnit.openbao, ChainUnit.openbaoAgent] where reaches(unit, from: kubelet.unit) {
        faults.append("kubelet follows \(unit)")
      }
    }
    if self[ChainUnit.tpmUnseal] != nil {
      let starters = stages.filter { $0.wants.contains(ChainUnit.tpmUnseal) }.map(\.unit)
      if starters != [ChainUnit.openbao] { faults.append("\(ChainUnit.tpmUnseal) is started by \(starters)") }
    }
    return faults
  }

  /// Whether `from` waits for `unit`, directly or through others.
  public func reaches(_ unit: String, from start: String) -> Bool {
    var open = [start]
    var seen = Set<String>()
    while let next = open.popLast() {
      for earlier in self[next]?.after ?? [] where seen.insert(earlier).inserted {
        if earlier == unit { return true }
        open.append(earlier)
      }
    }
    return false
  }

  /// The edges of the order without those that follow from others (the transitive reduction), for pictures: unit → what it directly waits for.
  public var directOrder: [(unit: String, after: [String])] {
    stages.map { stage in
      let direct = stage.after.filter { candidate in
        !stage.after.contains { $0 != candidate && reaches(candidate, from: $0) }
      }
      return (stage.unit, direct)
    }
  }
}

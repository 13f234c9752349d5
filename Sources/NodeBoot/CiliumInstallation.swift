import FoundationEssentials

/// Cilium's command-line tool at work: `install` where Helm knows no release, `upgrade` where it does.
struct CiliumInstallation: Sendable {
  let cilium: AddOnManifest.Cilium
  let program: Program
  let kubectl: Kubectl
  let now: @Sendable () -> Date

  /// Installs or upgrades; says which.
  func apply() throws(AddOnFault) -> String {
    let verb = try verb()
    var arguments = [
      verb, "--namespace", "kube-system", "--chart-directory", cilium.chartDirectory, "--version", cilium.version,
      "--values", cilium.values,
    ]
    // Otherwise values that the file no longer has would stay as they were.
    if verb == "upgrade" { arguments.append("--reset-values") }
    if let fault = program.run(arguments).fault { throw AddOnFault("\(program.name) \(verb): \(fault)") }
    return verb
  }

  /// Helm's record tells, not the DaemonSet: an installation that was stopped half way has the one without the other.
  private func verb() throws(AddOnFault) -> String {
    var releases = try kubectl.releases("cilium").sorted { $0.revision < $1.revision }
    if let last = releases.last, last.isPending {
      // Nobody's tool runs longer than its deadline; the margin is for clocks that differ. What is older was left by
      // a master that was stopped, and Helm would refuse everything for ever.
      let patience = Int(program.deadline.components.seconds) + 60
      guard let written = last.written else {
        throw AddOnFault("Helm's release is \(last.status), and its record does not say since when: remove it by hand")
      }
      guard Int(now().timeIntervalSince1970) - written.seconds > patience else {
        throw AddOnFault(
          "Helm's release is \(last.status): another master is at it, or was stopped at it "
            + "(then it is taken over after \(patience) s)", isOthersWork: true)
      }
      try kubectl.remove(last, written, of: "cilium")
      releases.removeLast()
    }
    return releases.isEmpty ? "install" : "upgrade"
  }
}

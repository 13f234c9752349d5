/// What other settings change in an agent that runs.
struct SettingsChange {
  /// What holds from now on: the other settings, but for those that only a start can change.
  let settings: AgentSettings
  /// The same as the agent takes them.
  let plan: RunSettings
  /// What is different and holds from now on: `[Agent] Operator=`.
  let applied: [String]
  /// What is different and holds from the next start on.
  let postponed: [String]

  /// Where keys and state are, and whose they are, stays as long as the process.
  private static let fixed: Set<SessionKey> = [.stateDirectory, .runtimeDirectory, .tcti]

  /// From the settings in force to those that were read again.
  /// - Throws: what is missing in the whole of them.
  init(from old: AgentSettings, to new: AgentSettings) throws(SettingsError) {
    var settings = new
    var (applied, postponed): ([String], [String]) = ([], [])
    settings.nodeName = old.nodeName
    settings.rootDirectory = old.rootDirectory
    if new.nodeName != old.nodeName { postponed.append("[Agent] NodeName=") }
    if new.rootDirectory != old.rootDirectory { postponed.append("[Agent] RootDirectory=") }
    if new.interval != old.interval { applied.append("[Agent] Interval=") }
    if new.units != old.units { applied.append("[Agent] Unit=") }
    for key in SessionKey.allCases where new.session.values[key] != old.session.values[key] {
      let name = "[\(key.section)] \(key.rawValue)="
      if Self.fixed.contains(key) {
        settings.session.values[key] = old.session.values[key]
        postponed.append(name)
      } else {
        applied.append(name)
      }
    }
    if new.kubeletAddress != old.kubeletAddress { applied.append("[Kubelet] Address=") }
    let files: [(String, KeyPath<AgentSettings, String?>)] = [
      ("Anchor", \.kubeletAnchor), ("TokenFile", \.kubeletTokenFile), ("ClientKey", \.kubeletClientKey),
      ("ClientCertificate", \.kubeletClientCertificate),
    ]
    applied += files.filter { new[keyPath: $0.1] != old[keyPath: $0.1] }.map { "[Kubelet] \($0.0)=" }
    plan = try RunSettings(settings)
    (self.settings, self.applied, self.postponed) = (settings, applied, postponed)
  }

  /// Whether the kubelet is to be asked otherwise.
  var concernsKubelet: Bool { applied.contains { $0.hasPrefix("[Kubelet]") } }

  /// What happened, for the log.
  var sentence: String {
    let now = applied.isEmpty ? "nothing else holds now" : "now in force: \(applied.joined(separator: ", "))"
    let later = postponed.isEmpty ? "" : "; in force from the next start on: \(postponed.joined(separator: ", "))"
    return "the settings were read again; \(now)\(later)"
  }
}

import SystemdUnit

extension AgentSettings {
  /// What the environment says, and what is wrong with it. An empty variable is as one that is not there.
  static func environment(_ variables: [String: String]) -> (settings: AgentSettings, faults: [String]) {
    var settings = AgentSettings()
    var faults: [String] = []
    func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    func path(_ name: String) -> String? {
      guard let path = value(name) else { return nil }
      if !path.hasPrefix("/") { faults.append("\(name): error: not an absolute path: \(path.debugDescription)") }
      return path
    }
    settings.nodeName = value("LL_NODE_NAME")
    if let name = settings.nodeName, !SettingValue.isNodeName(name) {
      faults.append("LL_NODE_NAME: error: no node's name: \(name.debugDescription)")
    }
    settings.rootDirectory = path("LL_ROOTFS")
    settings.units = value("LL_UNITS").map { $0.split(separator: " ").map(String.init) }
    for unit in settings.units ?? [] where UnitName(unit)?.isTemplate ?? true {
      faults.append("LL_UNITS: error: no unit's name: \(unit.debugDescription)")
    }
    if let text = value("LL_INTERVAL") {
      settings.interval = SettingValue.interval(text)
      if settings.interval == nil {
        faults.append("LL_INTERVAL: error: no number of seconds from 1 to 3600: \(text.debugDescription)")
      }
    }
    if let text = value("LL_KUBELET_ADDRESS") {
      settings.kubeletAddress = KubeletAddress(text)
      if settings.kubeletAddress == nil {
        faults.append("LL_KUBELET_ADDRESS: error: not https://HOST:PORT: \(text.debugDescription)")
      }
    }
    settings.kubeletAnchor = path("LL_KUBELET_ANCHOR")
    settings.kubeletTokenFile = path("LL_KUBELET_TOKEN_FILE")
    settings.kubeletClientCertificate = path("LL_KUBELET_CLIENT_CERTIFICATE")
    settings.kubeletClientKey = path("LL_KUBELET_CLIENT_KEY")
    let session = SessionSettings.environment(variables)
    settings.session = session.settings
    return (settings, faults + session.faults)
  }
}

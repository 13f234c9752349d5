extension UnitConversion {
  /// `[Kube]`: `podman kube play` of one or more YAML files.
  mutating func convertKube() throws(ConversionError) {
    let files = section.words("Yaml").map(absolute)
    guard !files.isEmpty else { throw ConversionError("no Yaml key specified", at: "Yaml") }
    try settleKillMode()
    service.add("Environment", "PODMAN_SYSTEMD_UNIT=%n", to: "Service")
    if try serviceType() != "oneshot" {
      service.set("Type", "notify", in: "Service")
      service.set("NotifyAccess", "all", in: "Service")
    }
    setDefault("SyslogIdentifier", "%N")

    var play = PodmanCommand(for: section)
    play.add("kube", "play", "--replace", "--service-container=true")
    if let policy = section.nonEmpty("ExitCodePropagation") { play.add("--service-exit-code-propagation=\(policy)") }
    addLogging(to: &play)
    try addUserMappings(to: &play, manual: false)
    try addNetworks(to: &play)
    for update in section.words("AutoUpdate") {
      // `container/policy` is for one container, `policy` for all.
      let parts = update.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      let container = parts.count > 1 ? "/\(parts[0])" : ""
      play.add("--annotation=io.containers.autoupdate\(container)=\(parts[parts.count - 1])")
    }
    for map in section.words("ConfigMap") { play.add("--configmap", absolute(map)) }
    addPublishedPorts(to: &play)
    play.add(contentsOf: section.arguments("PodmanArgs"))
    play.add(contentsOf: files)
    addCommand("ExecStart", play)

    var down = PodmanCommand(for: section)
    down.add("kube", "down")
    if let force = section.boolean("KubeDownForce") { down.add("--force", when: force) }
    down.add(contentsOf: files)
    addCommand("ExecStopPost", down)
    _ = try settleWorkingDirectory()
  }
}

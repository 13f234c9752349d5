extension UnitConversion {
  /// `[Pod]`: `podman pod create`, start, stop and remove, with the containers that start with it.
  mutating func convertPod() throws(ConversionError) {
    let name = unit.podName
    for container in registry[unit.name]?.containers ?? [] {
      service.add("Wants", container, to: "Unit")
      service.add("Before", container, to: "Unit")
    }
    setDefault("SyslogIdentifier", "%N")

    var start = PodmanCommand(for: section)
    start.add("pod", "start", name)
    addCommand("ExecStart", start)
    var stop = PodmanCommand(for: section)
    stop.add("pod", "stop", "--ignore", "--time=\(section.string("StopTimeout") ?? "10")", name)
    addCommand("ExecStop", stop)
    var remove = PodmanCommand(for: section)
    remove.add("pod", "rm", "--ignore", "--force", name)
    addCommand("ExecStopPost", remove)

    var create = PodmanCommand(for: section)
    create.add("pod", "create", "--infra-conmon-pidfile=%t/%N.pid", "--replace")
    create.add("--exit-policy", section.string("ExitPolicy") ?? "stop")
    try addUserMappings(to: &create, manual: true)
    addPublishedPorts(to: &create)
    create.addAssignments(["Label": "--label"], from: section)
    try addNetworks(to: &create)
    create.addStrings(["IP": "--ip", "IP6": "--ip6", "ShmSize": "--shm-size"], from: section)
    create.addLists(
      [
        "AddHost": "--add-host", "DNS": "--dns", "DNSOption": "--dns-option", "DNSSearch": "--dns-search",
        "HostName": "--hostname", "NetworkAlias": "--network-alias",
      ], from: section)
    try addVolumes(to: &create)
    create.add("--infra-name", "\(name)-infra", "--name", name)
    create.add(contentsOf: section.arguments("PodmanArgs"))
    addCommand("ExecStartPre", create)

    service.add("Environment", "PODMAN_SYSTEMD_UNIT=%n", to: "Service")
    service.set("Type", "forking", in: "Service")
    setDefault("Restart", "on-failure")
    service.set("PIDFile", "%t/%N.pid", in: "Service")
  }
}

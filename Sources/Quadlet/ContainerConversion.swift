extension UnitConversion {
  /// `[Container]`: `podman run`, notified by conmon, removed when it stops.
  mutating func convertContainer() throws(ConversionError) {
    var image = section.string("Image") ?? ""
    let rootfs = section.string("Rootfs") ?? ""
    if image.isEmpty, rootfs.isEmpty { throw ConversionError("no Image or Rootfs key specified") }
    if !image.isEmpty, !rootfs.isEmpty {
      throw ConversionError("the Image And Rootfs keys conflict can not be specified together", at: "Rootfs")
    }
    if !image.isEmpty { image = try resolveImage(image) }
    let name = unit.containerName

    service.add("Environment", "PODMAN_SYSTEMD_UNIT=%n", to: "Service")
    try settleKillMode()
    addRemoval(of: name)
    try addReload(of: name)

    var podman = PodmanCommand(for: section)
    podman.add("run", "--name", name, "--replace", "--rm")
    addLogging(to: &podman)
    service.add("Delegate", "yes", to: "Service")
    if let mode = section.nonEmpty("CgroupsMode") {
      podman.add("--cgroups", mode)
    } else {
      podman.add("--cgroups=split")
    }
    addContainerFlags(to: &podman)
    try addNetworks(to: &podman)
    try addNotification(to: &podman)
    setDefault("SyslogIdentifier", "%N")
    addSecurity(to: &podman)
    try addUser(to: &podman)
    try addUserMappings(to: &podman, manual: true)
    try addVolumes(to: &podman)
    if let update = section.nonEmpty("AutoUpdate") { podman.add("--label", "io.containers.autoupdate=\(update)") }
    try addPorts(to: &podman)
    podman.addAssignments(Self.assignmentFlags, from: section)
    for mask in section.arguments("Mask") { podman.add("--security-opt", "mask=\(mask)") }
    for mask in section.arguments("Unmask") { podman.add("--security-opt", "unmask=\(mask)") }
    for file in section.arguments("EnvironmentFile") { podman.add("--env-file", absolute(file)) }
    for secret in section.arguments("Secret") { podman.add("--secret", secret) }
    for mount in section.arguments("Mount") { podman.add("--mount", try resolveMount(mount)) }
    addHealth(to: &podman)
    try addPod(to: &podman)
    podman.add(contentsOf: section.arguments("PodmanArgs"))
    if image.isEmpty { podman.add("--rootfs", rootfs) } else { podman.add(image) }
    podman.add(contentsOf: section.lastArguments("Exec") ?? [])
    addCommand("ExecStart", podman)
  }

  private static let stringFlags: KeyValuePairs = [
    "HostName": "--hostname", "IP": "--ip", "IP6": "--ip6", "Memory": "--memory", "PidsLimit": "--pids-limit",
    "Pull": "--pull", "Retry": "--retry", "RetryDelay": "--retry-delay", "ShmSize": "--shm-size",
    "StopSignal": "--stop-signal", "StopTimeout": "--stop-timeout", "Timezone": "--tz", "WorkingDir": "--workdir",
  ]
  private static let listFlags: KeyValuePairs = [
    "AddHost": "--add-host", "DNS": "--dns", "DNSOption": "--dns-option", "DNSSearch": "--dns-search",
    "GroupAdd": "--group-add", "NetworkAlias": "--network-alias", "Tmpfs": "--tmpfs", "Ulimit": "--ulimit",
  ]
  private static let switchFlags: KeyValuePairs = [
    "EnvironmentHost": "--env-host", "HttpProxy": "--http-proxy", "RunInit": "--init",
    "ReadOnlyTmpfs": "--read-only-tmpfs",
  ]
  private static let assignmentFlags: KeyValuePairs = [
    "Annotation": "--annotation", "Environment": "--env", "Label": "--label",
  ]

  private func addContainerFlags(to podman: inout PodmanCommand) {
    // An empty entry point means something: the image's own is not to be used.
    if let entrypoint = section.string("Entrypoint") { podman.add("--entrypoint=\(entrypoint)") }
    podman.addStrings(Self.stringFlags, from: section)
    podman.addLists(Self.listFlags, from: section)
    podman.addSwitches(Self.switchFlags, from: section)
  }

  /// Removes the container when the service stops, and again when conmon was killed, in which case `ExecStop=` does
  /// not run.
  private mutating func addRemoval(of name: String) {
    var podman = PodmanCommand(for: section)
    podman.add("rm", "-v", "-f", "-i", name)
    let line = podman.line
    service.add("ExecStop", line, to: "Service")
    service.add("ExecStopPost", "-" + line, to: "Service")
  }

  private mutating func addReload(of name: String) throws(ConversionError) {
    let signal = section.nonEmpty("ReloadSignal")
    let command = section.lastArguments("ReloadCmd") ?? []
    if command.isEmpty, signal == nil { return }
    var podman = PodmanCommand(for: section)
    if command.isEmpty, let signal {
      podman.add("kill", "--signal", signal, name)
    } else if signal == nil {
      podman.add("exec", name)
      podman.add(contentsOf: command)
    } else {
      throw ConversionError("ReloadCmd and ReloadSignal are mutually exclusive but both are set", at: "ReloadSignal")
    }
    addCommand("ExecReload", podman)
  }

  private mutating func addNotification(to podman: inout PodmanCommand) throws(ConversionError) {
    guard try serviceType() != "oneshot" else { return }
    if section.string("Notify")?.lowercased() == "healthy" {
      podman.add("--sdnotify=healthy")
    } else {
      podman.add(section.boolean("Notify") == true ? "--sdnotify=container" : "--sdnotify=conmon")
    }
    service.set("Type", "notify", in: "Service")
    service.set("NotifyAccess", "all", in: "Service")
    podman.add("-d")
  }

  private func addPorts(to podman: inout PodmanCommand) throws(ConversionError) {
    for written in section.all("ExposeHostPort") {
      let port = written.trimmingWhitespace
      let bare = port.hasSuffix("/udp") || port.hasSuffix("/tcp") ? port.dropLast(4) : port[...]
      // podman looks only at how the text ends.
      guard let last = bare.utf8.last, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last) else {
        throw ConversionError("invalid port format '\(port)'", at: "ExposeHostPort")
      }
      podman.add("--expose", port)
    }
    addPublishedPorts(to: &podman)
  }

  private mutating func addPod(to podman: inout PodmanCommand) throws(ConversionError) {
    guard let written = section.nonEmpty("Pod") else { return }
    let name = unit.replacingServiceName(in: written)
    guard name.hasSuffix(".pod") else { throw ConversionError("pod \(name) is not Quadlet based", at: "Pod") }
    guard let pod = registry[name] else {
      throw ConversionError("quadlet pod unit \(name) does not exist", at: "Pod")
    }
    podman.add("--pod", pod.resourceName)
    service.add("BindsTo", pod.service, to: "Unit")
    service.add("After", pod.service, to: "Unit")
    if !unit.isTemplate, section.boolean("StartWithPod") ?? true { startingPod = name }
  }
}

extension String {
  /// Without whitespace at either end.
  var trimmingWhitespace: String {
    var scalars = unicodeScalars[...]
    while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return String(scalars)
  }
}

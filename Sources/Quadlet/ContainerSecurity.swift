extension UnitConversion {
  /// The keys that narrow or widen what a container may do, in the order that podman writes them.
  func addSecurity(to podman: inout PodmanCommand) {
    if section.boolean("NoNewPrivileges") == true { podman.add("--security-opt=no-new-privileges") }
    if section.boolean("SecurityLabelDisable") == true { podman.add("--security-opt", "label=disable") }
    if section.boolean("SecurityLabelNested") == true { podman.add("--security-opt", "label=nested") }
    let labels: KeyValuePairs = [
      "SecurityLabelType": "label=type:", "SecurityLabelFileType": "label=filetype:",
      "SecurityLabelLevel": "label=level:", "AppArmor": "apparmor=",
    ]
    for (key, option) in labels {
      if let value = section.nonEmpty(key) { podman.add("--security-opt", option + value) }
    }
    addDevices(to: &podman)
    if let profile = section.string("SeccompProfile") { podman.add("--security-opt", "seccomp=\(profile)") }
    for capability in section.words("DropCapability") { podman.add("--cap-drop", capability.lowercased()) }
    for capability in section.words("AddCapability") { podman.add("--cap-add", capability.lowercased()) }
    for setting in section.words("Sysctl") { podman.add("--sysctl", setting) }
    let isReadOnly = section.boolean("ReadOnly")
    if let isReadOnly { podman.add("--read-only", when: isReadOnly) }
    if section.boolean("VolatileTmp") == true, isReadOnly != true {
      podman.add("--tmpfs", "/tmp:rw,size=512M,mode=1777")
    }
  }

  /// Devices; one written `-/dev/…` is left out where the host does not have it.
  private func addDevices(to podman: inout PodmanCommand) {
    for device in section.words("AddDevice") {
      guard device.hasPrefix("-") else {
        podman.add("--device", device)
        continue
      }
      let path = device.dropFirst()
      if options.devices.contains(String(path.prefix { $0 != ":" })) { podman.add("--device", String(path)) }
    }
  }

  /// The user and group that the container's process runs as.
  func addUser(to podman: inout PodmanCommand) throws(ConversionError) {
    let group = section.nonEmpty("Group")
    guard let user = section.nonEmpty("User") else {
      if group != nil { throw ConversionError("invalid Group set without User", at: "Group") }
      return
    }
    podman.add("--user", group.map { "\(user):\($0)" } ?? user)
  }
}

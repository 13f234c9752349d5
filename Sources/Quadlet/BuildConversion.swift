extension UnitConversion {
  /// `[Build]`: `podman build` of a file or a context.
  mutating func convertBuild() throws(ConversionError) {
    guard registry[unit.name]?.resourceName.isEmpty == false else {
      throw ConversionError("no ImageTag key specified", at: "ImageTag")
    }
    var podman = PodmanCommand(for: section)
    podman.add("build")
    // This flag takes its value only behind `=`.
    if let policy = section.nonEmpty("Pull") { podman.add("--pull=\(policy)") }
    podman.addStrings(
      [
        "Arch": "--arch", "AuthFile": "--authfile", "IgnoreFile": "--ignorefile", "Retry": "--retry",
        "RetryDelay": "--retry-delay", "Target": "--target", "Variant": "--variant",
      ], from: section)
    podman.addSwitches(["ForceRM": "--force-rm", "TLSVerify": "--tls-verify"], from: section)
    podman.addLists(
      [
        "DNS": "--dns", "DNSOption": "--dns-option", "DNSSearch": "--dns-search", "GroupAdd": "--group-add",
        "ImageTag": "--tag",
      ], from: section)
    podman.addAssignments(
      ["Annotation": "--annotation", "BuildArg": "--build-arg", "Environment": "--env", "Label": "--label"],
      from: section)
    try addNetworks(to: &podman)
    for secret in section.arguments("Secret") { podman.add("--secret", secret) }
    try addVolumes(to: &podman)
    try addBuildSource(to: &podman)
    addCommand("ExecStart", podman)
    setOneshotDefaults(remains: false)
  }

  /// The file to build from and the context, of which one at least has to be known.
  private mutating func addBuildSource(to podman: inout PodmanCommand) throws(ConversionError) {
    let context = try settleWorkingDirectory()
    let folder = serviceValue("WorkingDirectory") ?? ""
    let file = section.string("File") ?? ""
    if folder.isEmpty, file.isEmpty, context.isEmpty {
      throw ConversionError("neither SetWorkingDirectory, nor File key specified")
    }
    if !file.isEmpty { podman.add("--file", file) }
    podman.add(contentsOf: section.arguments("PodmanArgs"))
    if !context.isEmpty {
      podman.add(context)
    } else if !Self.startsWithSpecifier(file), !file.hasPrefix("/"), !Self.isURL(file) {
      guard !folder.isEmpty else {
        throw ConversionError("relative path in File key requires SetWorkingDirectory key to be set", at: "File")
      }
      podman.add(folder)
    }
  }
}

extension UnitConversion {
  /// `[Volume]`: `podman volume create --ignore`.
  mutating func convertVolume() throws(ConversionError) {
    let name = unit.resourceName("VolumeName")
    var podman = PodmanCommand(for: section)
    podman.add("volume", "create", "--ignore")
    let driver = section.string("Driver")
    if let driver { podman.add("--driver", driver) }
    if driver == "image" {
      guard let image = section.string("Image") else {
        throw ConversionError("the key Image is mandatory when using the image driver", at: "Driver")
      }
      let source = try resolveImage(image)
      podman.add("--opt", "image=\(source)")
    } else {
      try addMountOptions(to: &podman)
    }
    podman.addAssignments(["Label": "--label"], from: section)
    podman.add(contentsOf: section.arguments("PodmanArgs"))
    podman.add(name)
    addCommand("ExecStart", podman)
    setOneshotDefaults(remains: true)
    resourceName = name
  }

  private mutating func addMountOptions(to podman: inout PodmanCommand) throws(ConversionError) {
    if let copies = section.boolean("Copy") { podman.add("--opt", copies ? "copy" : "nocopy") }
    let device = section.nonEmpty("Device")
    if let device { podman.add("--opt", "device=\(device)") }
    if let type = section.nonEmpty("Type") {
      guard let device else { throw ConversionError("key Type can't be used without Device", at: "Type") }
      podman.add("--opt", "type=\(type)")
      if type == "bind" { service.add("RequiresMountsFor", PodmanWords.quote(device), to: "Unit") }
    }
    var options: [String] = []
    if section.has("User") { options.append("uid=\(section.number("User"))") }
    if section.has("Group") { options.append("gid=\(section.number("Group"))") }
    if let more = section.nonEmpty("Options") { options.append(more) }
    if !options.isEmpty { podman.add("--opt", "o=" + options.joined(separator: ",")) }
  }
}

extension UnitConversion {
  /// Networks, where `name.network` and `name.container` mean the resource of that quadlet file, which then comes
  /// first.
  mutating func addNetworks(to podman: inout PodmanCommand) throws(ConversionError) {
    for written in section.all("Network") {
      let name = String(written.prefix { $0 != ":" })
      let isContainer = name.hasSuffix(".container")
      guard isContainer || name.hasSuffix(".network") else {
        podman.add("--network", written)
        continue
      }
      guard let entry = registry[name] else {
        throw ConversionError("requested Quadlet unit \(name) was not found", at: "Network")
      }
      guard !entry.resourceName.isEmpty else {
        throw ConversionError("cannot get the resource name of \(name)", at: "Network")
      }
      require(entry)
      // What follows the name, colon included.
      let rest = written.dropFirst(name.count)
      if isContainer, !rest.isEmpty {
        throw ConversionError(
          "extra options are not supported when joining another container's network", at: "Network")
      }
      podman.add("--network", isContainer ? "container:\(entry.resourceName)" : entry.resourceName + rest)
    }
  }
}

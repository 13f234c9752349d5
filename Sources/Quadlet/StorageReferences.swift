extension UnitConversion {
  /// `Volume=[source:]destination[:options]`, one flag each.
  mutating func addVolumes(to podman: inout PodmanCommand) throws(ConversionError) {
    for written in section.all("Volume") {
      let parts = written.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
        .map { String(Substring($0)) }
      guard parts.count > 1, !parts[0].isEmpty else {
        podman.add("-v", parts.count > 1 ? parts[1] : parts[0])
        continue
      }
      let source = try resolveStorage(parts[0], allowsImage: false, at: "Volume")
      podman.add("-v", ([source] + parts[1...]).joined(separator: ":"))
    }
  }

  /// The source of a volume or mount: a path below the unit's folder where it starts with a dot, the resource of
  /// another quadlet file where it names one; the service waits for either.
  mutating func resolveStorage(
    _ written: String, allowsImage: Bool, at key: String
  ) throws(ConversionError) -> String {
    guard !written.isEmpty else { throw ConversionError("source cannot be empty", at: key) }
    let source = written.hasPrefix(".") ? absolute(written) : written
    if source.hasPrefix("/") {
      service.add("RequiresMountsFor", PodmanWords.quote(source), to: "Unit")
      return source
    }
    let isUnit =
      source.hasSuffix(".volume") || source.hasSuffix(".artifact") || allowsImage && source.hasSuffix(".image")
    guard isUnit else { return source }
    guard let entry = registry[source] else {
      throw ConversionError("requested Quadlet source \(source) was not found", at: key)
    }
    require(entry)
    return entry.resourceName
  }

  /// An image's name, or the resource of the `.build` or `.image` file that `written` names, which then comes first.
  mutating func resolveImage(_ written: String) throws(ConversionError) -> String {
    var image = written
    for suffix in [".build", ".image"] where image.hasSuffix(suffix) {
      guard let entry = registry[image] else {
        throw ConversionError("requested Quadlet image \(image) was not found", at: "Image")
      }
      require(entry)
      image = entry.resourceName
    }
    return image
  }

  /// `Mount=type=…,source=…,…` with its source resolved; without a type it is a volume.
  mutating func resolveMount(_ mount: String) throws(ConversionError) -> String {
    var fields = try MountFields.read(mount)
    var type = "volume"
    if let index = fields.firstIndex(where: MountFields.isType) {
      type = String(fields.remove(at: index).dropFirst("type=".count))
    }
    guard ["volume", "bind", "glob", "image", "artifact"].contains(type) else { return mount }
    var source: (index: Int, value: String)?
    for (index, field) in fields.enumerated() {
      let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts[0] == "source" || parts[0] == "src" else { continue }
      guard parts.count > 1 else {
        throw ConversionError("source parameter does not include a value", at: "Mount")
      }
      source = (index, String(parts[1]))
    }
    let resolved = try resolveStorage(source?.value ?? "", allowsImage: true, at: "Mount")
    if let source { fields[source.index] = "source=" + resolved }
    return MountFields.write(["type=\(type)"] + fields)
  }
}

extension UnitConversion {
  /// User namespaces: the explicit mapping keys, or the deprecated `Remap…` keys where there are none.
  func addUserMappings(to podman: inout PodmanCommand, manual: Bool) throws(ConversionError) {
    let before = podman.words.count
    if let namespace = section.nonEmpty("UserNS") { podman.add("--userns", namespace) }
    for map in section.words("UIDMap") { podman.add("--uidmap", map) }
    for map in section.words("GIDMap") { podman.add("--gidmap", map) }
    if let map = section.nonEmpty("SubUIDMap") { podman.add("--subuidname", map) }
    if let map = section.nonEmpty("SubGIDMap") { podman.add("--subgidname", map) }
    guard podman.words.count > before else { return try addRemappedUsers(to: &podman, manual: manual) }
    if let key = ["RemapUid", "RemapGid", "RemapUsers"].first(where: section.has) {
      throw ConversionError("deprecated Remap keys are set along with explicit mapping keys", at: key)
    }
  }

  private func addRemappedUsers(to podman: inout PodmanCommand, manual: Bool) throws(ConversionError) {
    let users = section.words("RemapUid")
    let groups = section.words("RemapGid")
    switch section.raw("RemapUsers") ?? "" {
    case "":
      if !users.isEmpty { throw ConversionError("UidMap set without RemapUsers", at: "RemapUid") }
      if !groups.isEmpty { throw ConversionError("GidMap set without RemapUsers", at: "RemapGid") }
    case "manual":
      guard manual else { throw ConversionError("RemapUsers=manual is not supported", at: "RemapUsers") }
      for map in users { podman.add("--uidmap", map) }
      for map in groups { podman.add("--gidmap", map) }
    case "auto":
      var options = users.map { "uidmapping=\($0)" } + groups.map { "gidmapping=\($0)" }
      let size = section.number("RemapUidSize")
      if size > 0 { options.append("size=\(size)") }
      podman.add("--userns", Self.namespace("auto", options))
    case "keep-id":
      if users.count > 1 {
        throw ConversionError("RemapUsers=keep-id supports only a single value for UID mapping", at: "RemapUid")
      }
      if groups.count > 1 {
        throw ConversionError("RemapUsers=keep-id supports only a single value for GID mapping", at: "RemapGid")
      }
      podman.add("--userns", Self.namespace("keep-id", users.map { "uid=\($0)" } + groups.map { "gid=\($0)" }))
    case let other:
      throw ConversionError("unsupported RemapUsers option '\(other)'", at: "RemapUsers")
    }
  }

  private static func namespace(_ kind: String, _ options: [String]) -> String {
    options.isEmpty ? kind : kind + ":" + options.joined(separator: ",")
  }
}

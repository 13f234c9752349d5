import SystemdUnit

/// A quadlet file with its drop-ins merged, ready to be converted.
struct LoadedUnit {
  /// The file's name without folder.
  let name: String
  let kind: QuadletUnit.Kind
  /// The absolute path on the host.
  let path: String
  /// The path below the folder, which findings name.
  let findingName: String
  let draft: UnitDraft
  /// The kind's own section.
  let section: KeyLookup
  /// The name without its suffix.
  let stem: String
  /// The service's name without `.service`.
  let serviceName: String

  init(path findingName: String, kind: QuadletUnit.Kind, root: String, draft: UnitDraft) {
    self.findingName = findingName
    name = UnixPath.name(of: findingName)
    self.kind = kind
    path = UnixPath.join(root, findingName)
    self.draft = draft
    section = KeyLookup(kind.section, of: draft)
    stem = String(name.dropLast(kind.rawValue.count + 1))
    let isTemplate = stem.hasSuffix("@")
    let service = isTemplate ? stem.dropLast() + kind.serviceSuffix + "@" : stem + kind.serviceSuffix
    serviceName = section.string("ServiceName") ?? service
  }

  /// Whether the file is a template or an instance of one.
  var hasInstance: Bool { name.contains("@") }

  /// Whether the file is a template without an instance.
  var isTemplate: Bool { stem.hasSuffix("@") }

  /// The container's name, with the specifiers that systemd will replace.
  var containerName: String {
    section.nonEmpty("ContainerName") ?? (hasInstance ? "systemd-%p_%i" : "systemd-%N")
  }

  /// The container's name with `%N` replaced; empty where other specifiers are left.
  var resolvedContainerName: String {
    let name = replacingServiceName(in: containerName)
    return name.utf8.contains(UInt8(ascii: "%")) ? "" : name
  }

  /// `text` with `%N` replaced.
  func replacingServiceName(in text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    return text.split(separator: "%N", omittingEmptySubsequences: false).joined(separator: serviceName)
  }

  /// The pod's name.
  var podName: String { section.nonEmpty("PodName") ?? "systemd-" + stem }

  /// The name of a volume or network, which `key` may set.
  func resourceName(_ key: String) -> String {
    if let name = section.nonEmpty(key) { return name }
    // The generator drops the last character for the `@` of a template, whether it is one or not.
    return hasInstance ? "systemd-" + stem.dropLast() + "-%i" : "systemd-" + stem
  }
}

public import Diagnostics

/// Reads an image file: YAML, checked as a whole, every finding with its line.
public enum ImageFile {
  private static let keys = [
    "role", "os", "podman", "components", "sysexts", "addressHolder", "zincati", "disk", "kubelet",
  ]

  /// The image that `bytes` describe with the place of every value, and everything found, in the order of the text.
  /// `file` is the name for findings; where its folder is named after a role, as in `images/master/image.yaml`, the
  /// role in the file must be that one. The document is `nil` where a value that an image cannot do without is missing
  /// or unreadable.
  public static func read(_ bytes: [UInt8], file: String) -> (Document<ImageDefinition>?, Report) {
    let (root, found) = YAMLDocument.read(bytes)
    var reader = YAMLReader(found)
    var skew = Report()
    var definition: ImageDefinition?
    var marks = SourceMarks(file: file)
    if let root {
      root.mark(in: &marks)
      if let mapping = reader.mapping(root, keys: keys) {
        var pins = PinReader()
        definition = image(mapping, folder: role(ofFolder: file), &pins, &reader)
        VersionSkew.check(pins.versions, marks, &skew)
      }
    }
    skew.add(contentsOf: reader.report)
    var report = Report()
    report.add(contentsOf: Report(skew.sorted), in: file)
    return (definition.map { Document($0, marks: marks) }, report)
  }

  /// The role that the folder of `file` is named after.
  private static func role(ofFolder file: String) -> NodeRole? {
    file.split(separator: "/").dropLast().last.flatMap { NodeRole(rawValue: String($0)) }
  }

  private static func image(
    _ root: YAMLMapping, folder: NodeRole?, _ pins: inout PinReader, _ reader: inout YAMLReader
  ) -> ImageDefinition? {
    var role: NodeRole?
    if let value = reader.required("role", in: root) {
      role = reader.choice(value, of: NodeRole.self)
      if let given = role, let folder, given != folder {
        reader.error("'role' is \(given), and the folder is that of the \(folder) image", at: value)
        role = nil
      }
    }
    let osVersion = version(in: "os", of: root, &reader) { value, reader in
      reader.text(value, as: "a Fedora CoreOS release such as 44.20260707.3.1", if: isRelease)?.value
    }
    let podmanVersion = version(in: "podman", of: root, &reader) { value, reader in
      guard let version = reader.read(value, as: "a version of three numbers such as 5.8.2", ReleaseVersion.init) else {
        return nil
      }
      if version.value.major < 5 {
        reader.error("podman \(version.value) is too old: quadlet is checked against 5.0 and later", at: value)
      }
      return version.value.description
    }
    let holder = addressHolder(root, role: role, &reader)
    let components = reader.required("components", in: root).flatMap { pins.components($0, &reader) }
    let sysexts = reader.optional("sysexts", in: root).map { pins.sysexts($0, &reader) } ?? []
    if let role { checkCompleteness(root, role: role, holder: holder, pins, &reader) }
    let zincati = reader.required("zincati", in: root, reason: ": without a choice Zincati reboots a node at once")
      .flatMap { ImageOptions.zincati($0, &reader) }
    let disk = reader.required("disk", in: root).flatMap { ImageOptions.disk($0, &reader) }
    let kubelet = ImageOptions.kubelet(reader.optional("kubelet", in: root), &reader)
    guard let role, let osVersion, let podmanVersion, let components, let sysexts, let holder, let zincati, let disk,
      let kubelet
    else { return nil }
    return ImageDefinition(
      role: role, osVersion: osVersion, podmanVersion: podmanVersion, components: components, sysexts: sysexts,
      addressHolder: holder, zincati: zincati, disk: disk, kubelet: kubelet)
  }

  private static func version(
    in key: String, of root: YAMLMapping, _ reader: inout YAMLReader,
    _ read: (YAMLValue, inout YAMLReader) -> String?
  ) -> String? {
    guard let value = reader.required(key, in: root), let mapping = reader.mapping(value, keys: ["version"]),
      let version = reader.required("version", in: mapping)
    else { return nil }
    return read(version, &reader)
  }

  /// Whether `text` is a Fedora CoreOS version: `MAJOR.YYYYMMDD.STREAM.REVISION`.
  private static func isRelease(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[1].utf8.count == 8
      && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
  }

  private static func addressHolder(
    _ root: YAMLMapping, role: NodeRole?, _ reader: inout YAMLReader
  ) -> ImageDefinition.AddressHolder? {
    if role == .worker {
      if let value = root.members["addressHolder"] {
        reader.error("a worker holds no virtual address: remove 'addressHolder'", atPlaceOf: value)
      }
      return .kubeVIP
    }
    guard role != nil else { return nil }
    return reader.required("addressHolder", in: root)
      .flatMap { reader.choice($0, of: ImageDefinition.AddressHolder.self) }
  }

  /// Reports components that `role` needs and does not have, and those it has and does not use.
  private static func checkCompleteness(
    _ root: YAMLMapping, role: NodeRole, holder: ImageDefinition.AddressHolder?, _ pins: PinReader,
    _ reader: inout YAMLReader
  ) {
    guard let components = root.members["components"], case .mapping(let members) = components.content else { return }
    let holders: [ImageDefinition.AddressHolder: Component] = [.kubeVIP: .kubeVIP, .keepalived: .keepalived]
    for component in Component.allCases.sorted() where component.roles.contains(role) {
      if holders.values.contains(component), holder.flatMap({ holders[$0] }) != component { continue }
      guard !pins.named.contains(component), pins.provided[component] == nil else { continue }
      var message = "'components' lacks '\(component)', which a \(role) needs"
      if component.form != .image { message += " unless a sysext provides it" }
      if component == .keepalived {
        message += " as its addressHolder: no public digest of it is known, pin an image of your own or choose kube-vip"
      }
      reader.missing(message, path: components.path.appending(component.rawValue), at: components.place)
    }
    for member in members {
      guard let component = Component(rawValue: member.key) else { continue }
      if !component.roles.contains(role) {
        reader.warning("a \(role) does not use \(component)", atPlaceOf: member.value)
      } else if holders.values.contains(component), let holder, holders[holder] != component {
        reader.warning("\(component) is not used: 'addressHolder' is \(holder.rawValue)", atPlaceOf: member.value)
      } else if let sysext = pins.provided[component] {
        reader.warning(
          "\(component) is not downloaded: the sysext \(shown(sysext)) provides it", atPlaceOf: member.value)
      }
    }
  }
}

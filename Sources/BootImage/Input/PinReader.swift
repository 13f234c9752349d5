import Diagnostics

/// Reads what an image file pins: components and system extensions.
struct PinReader {
  /// The versions that could be read, also of pins with other faults.
  private(set) var versions: [Component: String] = [:]
  /// Every component that is named, also where its pin has faults.
  private(set) var named: Set<Component> = []
  /// The components that a system extension brings, with its name.
  private(set) var provided: [Component: String] = [:]

  /// Components whose releases are Kubernetes' own, of three numbers.
  static let kubernetes: Set<Component> = [.kubelet, .kubectl, .kubeAPIServer, .kubeControllerManager, .kubeScheduler]

  // MARK: Components

  /// The pins in the `components` mapping; `nil` where one could not be read.
  mutating func components(_ value: YAMLValue, _ reader: inout YAMLReader) -> [Component: ImageDefinition.Pin]? {
    guard let members = reader.members(value) else { return nil }
    var pins: [Component: ImageDefinition.Pin] = [:]
    for member in members {
      guard let component = Component(rawValue: member.key) else {
        let known = Spelling(words: Component.allCases.map(\.rawValue))
        reader.error("unknown component \(shown(member.key))" + known.hint(for: member.key), atPlaceOf: member.value)
        if let meant = known.closest(to: member.key).flatMap(Component.init(rawValue:)) { named.insert(meant) }
        continue
      }
      named.insert(component)
      pins[component] = pin(of: component, member.value, &reader)
    }
    return pins.count == members.count ? pins : nil
  }

  private mutating func pin(
    of component: Component, _ value: YAMLValue, _ reader: inout YAMLReader
  ) -> ImageDefinition.Pin? {
    guard let mapping = reader.mapping(value, keys: ["version", "image", "url", "sha256", "sha512"]) else { return nil }
    var version: String?
    if let value = reader.required("version", in: mapping) { version = self.version(of: component, value, &reader) }
    let (kind, wanted, unwanted): (String, String, [String])
    switch component.form {
    case .image: (kind, wanted, unwanted) = ("a container image", "'image'", ["url", "sha256", "sha512"])
    case .binary: (kind, wanted, unwanted) = ("a program", "'url' and 'sha256' or 'sha512'", ["image"])
    case .archive: (kind, wanted, unwanted) = ("an archive", "'url' and 'sha256' or 'sha512'", ["image"])
    }
    let misplaced = unwanted.compactMap { mapping.members[$0] }
    for value in misplaced {
      reader.error("\(component) is \(kind): it needs \(wanted), not \(value.name)", atPlaceOf: value)
    }
    guard misplaced.isEmpty else { return nil }
    let source: ImageDefinition.Pin.Source?
    switch component.form {
    case .image: source = reader.required("image", in: mapping).flatMap { image($0, of: component, &reader) }
    case .binary, .archive: source = file(mapping, &reader).map { .file($0) }
    }
    guard let version, let source else { return nil }
    return ImageDefinition.Pin(version: version, source: source)
  }

  private mutating func version(of component: Component, _ value: YAMLValue, _ reader: inout YAMLReader) -> String? {
    let version =
      if Self.kubernetes.contains(component) || component == .crio {
        reader.text(value, as: ReleaseVersion.rule) { ReleaseVersion($0) != nil }
      } else {
        reader.text(value, as: "a version (letters, digits, '.', '_', '+', '-')", if: Names.isFileName)
      }
    versions[component] = version?.value
    if component == .openbao, let version, let fault = OpenBaoRelease.fault(in: version.value) {
      reader.error("\(value.name) \(fault)", at: value)
    }
    return version?.value
  }

  private func image(
    _ value: YAMLValue, of component: Component, _ reader: inout YAMLReader
  ) -> ImageDefinition.Pin.Source? {
    guard let text = reader.text(value) else { return nil }
    do throws(ImageReference.Faults) {
      return .image(try ImageReference.read(text))
    } catch {
      for message in error.messages { reader.error("\(value.name) \(message)", at: value) }
      if component == .keepalived, !text.contains("@") {
        reader.error(
          "no public digest of a keepalived image is known: give one that you have checked yourself", at: value)
      }
      return nil
    }
  }

  /// The `url` of `mapping` with its one hash.
  private func file(_ mapping: YAMLMapping, _ reader: inout YAMLReader) -> RemoteFile? {
    var url: String?
    if let value = reader.required("url", in: mapping), let text = reader.text(value) {
      if let fault = WebAddress.fault(in: text) ?? WebAddress.fault(inPathOfFile: text) {
        reader.error("\(value.name) \(fault)", at: value)
      } else {
        url = text
      }
    }
    let given = RemoteFile.Hash.Function.allCases.compactMap { function in
      reader.optional(function.rawValue, in: mapping).map { (function, $0) }
    }
    if given.count == 2 { reader.error("\(mapping.value.name) has two hashes, give one", atPlaceOf: given[1].1) }
    guard let (function, value) = given.first else {
      reader.error(
        "\(mapping.value.name) lacks 'sha256' or 'sha512': no file is taken without a hash", atPlaceOf: mapping.value)
      return nil
    }
    guard let hex = reader.text(value) else { return nil }
    if let fault = Hexadecimal.fault(in: hex, digits: function == .sha256 ? 64 : 128) {
      reader.error("\(value.name) \(fault)", at: value)
      return nil
    }
    guard let url, given.count == 1 else { return nil }
    return RemoteFile(url: url, hash: RemoteFile.Hash(function: function, hex: hex))
  }

  // MARK: System extensions

  /// The system extensions in the `sysexts` list; `nil` where one could not be read.
  mutating func sysexts(_ value: YAMLValue, _ reader: inout YAMLReader) -> [ImageDefinition.Sysext]? {
    guard let items = reader.list(value) else { return nil }
    var sysexts: [ImageDefinition.Sysext] = []
    var lines: [String: Int] = [:]
    for item in items {
      guard let mapping = reader.mapping(item, keys: ["name", "url", "sha256", "sha512", "provides"]) else { continue }
      let name = reader.required("name", in: mapping).flatMap {
        reader.text($0, as: "a file name without '.raw' (letters, digits, '.', '_', '+', '-')") {
          Names.isFileName($0) && !$0.hasSuffix(".raw")
        }
      }
      if let name, let line = lines.updateValue(name.source.position.line, forKey: name.value) {
        reader.error("the name \(shown(name.value)) is already that of the sysext in line \(line)", at: name.source)
      }
      let file = file(mapping, &reader)
      var provides: Set<Component> = []
      if let value = reader.optional("provides", in: mapping) {
        provides = self.provides(value, by: name?.value ?? "", &reader)
      }
      if let name, let file { sysexts.append(.init(name: name.value, file: file, provides: provides)) }
    }
    return sysexts.count == items.count ? sysexts : nil
  }

  private mutating func provides(_ value: YAMLValue, by name: String, _ reader: inout YAMLReader) -> Set<Component> {
    var result: Set<Component> = []
    for item in reader.list(value) ?? [] {
      guard let component = reader.choice(item, of: Component.self) else { continue }
      if component.form == .image {
        reader.error("a sysext cannot provide \(component), which is a container image", at: item)
      } else if let other = provided[component] {
        reader.error("\(component) is already provided by the sysext \(shown(other))", at: item)
      } else {
        provided[component] = name
        result.insert(component)
      }
    }
    return result
  }
}

extension Component: CustomStringConvertible {
  /// The component's name in `image.yaml`.
  public var description: String { rawValue }
}

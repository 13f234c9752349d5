import Diagnostics
import Fuzzing
import Ignition

/// What holds for whatever text is read as a config.
struct ConfigCheck {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func check() {
    let result = IgnitionConfig.parse(bytes)
    expect((result.config == nil) == result.report.hasErrors, "refused without an error, or accepted with one")
    checkPlaces(result)
    guard let config = result.config, let spec = result.spec else { return }
    expect(!config.validate(for: spec).hasErrors, "accepted, and not valid: \(config.validate(for: spec).findings)")
    checkWriting(config, at: spec)
    checkMerging(config)
    for resource in config.resources { ResourceCheck.check(resource, mustDecode: true) }
  }

  private func checkPlaces(_ result: ParseResult) {
    if result.report.isEmpty { return }
    let places = Places(bytes)
    places.expectInside(result.report)
    for path in result.report.findings.prefix(2).compactMap(\.path) {
      if let position = result.position(of: path) { places.expectInside(position, "\(path)") }
    }
  }

  private func checkWriting(_ config: IgnitionConfig, at own: SpecVersion) {
    for spec in SpecVersion.allCases {
      var lacks = Report()
      guard let written = config.encoded(for: spec, report: &lacks) else {
        expect(lacks.hasErrors, "not written at \(spec), without an error")
        expect(spec < own, "read at \(own), and not written at \(spec): \(lacks.findings)")
        continue
      }
      expect(lacks.isEmpty, "written at \(spec), with findings")
      // A version between is all that one of seven needs, and reading is what takes the time.
      guard spec == own || spec == .newest || bytes.count % SpecVersion.allCases.count == spec.hashOfPlace else {
        continue
      }
      let again = IgnitionConfig.parse(written)
      expect(again.spec == spec, "written at \(spec), read at \(String(describing: again.spec))")
      // A later version may demand what an older one does not, and then says so.
      guard spec == own || !config.validate(for: spec).hasErrors else {
        expect(again.config == nil, "not valid at \(spec), and accepted")
        continue
      }
      expect(again.config == config, "written at \(spec) and read again: \(again.report.findings)")
      expect(again.config?.encoded(for: spec, report: &lacks) == written, "a second writing at \(spec) differs")
    }
  }

  private func checkMerging(_ config: IgnitionConfig) {
    expect(config.merging(IgnitionConfig()) == config, "merging nothing changes the config")
    expect(IgnitionConfig().merging(config) == config, "merging into nothing changes the config")
    let twice = config.merging(config)
    expect(twice.withoutAppended == config.withoutAppended, "merging a config into itself changes it")
    expect(twice.storage.files.map(\.append) == config.storage.files.map { $0.append + $0.append }, "append")
  }
}

extension SpecVersion {
  fileprivate var hashOfPlace: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension IgnitionConfig {
  /// Every resource that the config has.
  fileprivate var resources: [Resource] {
    [ignition.config.replace] + ignition.config.merge + ignition.security.tls.certificateAuthorities
      + storage.files.flatMap { [$0.contents] + $0.append } + storage.luks.map(\.keyFile)
  }

  /// The config without what a merge appends or takes away, not replaces: lists without keys, headers without a value.
  fileprivate var withoutAppended: IgnitionConfig {
    var config = self
    for index in config.storage.files.indices {
      config.storage.files[index].append = []
      config.storage.files[index].contents.removeEmptyHeaders()
    }
    for index in config.storage.filesystems.indices {
      config.storage.filesystems[index].options = []
      config.storage.filesystems[index].mountOptions = []
    }
    for index in config.storage.raid.indices { config.storage.raid[index].options = [] }
    for index in config.storage.luks.indices {
      config.storage.luks[index].options = []
      config.storage.luks[index].keyFile.removeEmptyHeaders()
    }
    config.ignition.config.replace.removeEmptyHeaders()
    for index in config.ignition.config.merge.indices { config.ignition.config.merge[index].removeEmptyHeaders() }
    for index in config.ignition.security.tls.certificateAuthorities.indices {
      config.ignition.security.tls.certificateAuthorities[index].removeEmptyHeaders()
    }
    return config
  }
}

extension IgnitionConfig.Resource {
  fileprivate mutating func removeEmptyHeaders() { httpHeaders.removeAll { $0.value == nil } }
}

import Diagnostics
import SystemdUnit

/// podman's quadlet generator as a function: files in, services and findings out, nothing read from the host.
///
/// ```swift
/// let file = QuadletFile(path: "web.container", text: "[Container]\nImage=quay.io/example/web:1\n")
/// let conversion = QuadletGenerator(files: [file], podman: PodmanVersion(5, 4, 2)).convert()
/// print(conversion.services["web.service"] ?? "", conversion.report.findings)
/// ```
///
/// It follows podman 5.8.2 (``PodmanVersion/reference``). For an older release it refuses the kinds and keys that
/// this release does not know, and converts what is left as 5.8.2 would.
public struct QuadletGenerator: Sendable {
  private let files: [QuadletFile]
  private let folder: String
  private let options: GeneratorOptions

  /// The absolute path of the folder for the system's own quadlets; podman-systemd.unit(5) has others besides.
  public static let systemFolder = "/etc/containers/systemd"

  /// The devices that every host is taken to have: `AddDevice=-/dev/…` leaves out what is not there.
  public static let usualDevices: Set<String> = [
    "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/fuse",
  ]

  /// A run over `files`, units and drop-ins alike, as if they lay in `folder` on a host that has `devices`.
  ///
  /// - Parameters:
  ///   - files: The files of the folder with their paths relative to it; what is no quadlet is left alone. They are
  ///     converted in the order in which podman would find them, whatever theirs is.
  ///   - mode: Whose systemd the services are for.
  ///   - podman: The host's podman; what it does not know is an error.
  ///   - folder: The absolute path of the folder, which the services name and relative paths start from.
  ///   - devices: Absolute paths of the devices that `AddDevice=-/dev/…` finds.
  public init(
    files: [QuadletFile], mode: GeneratorMode = .system, podman: PodmanVersion = .reference,
    folder: String = QuadletGenerator.systemFolder, devices: Set<String> = QuadletGenerator.usualDevices
  ) {
    self.files = files
    self.folder = folder
    options = GeneratorOptions(mode: mode, podman: podman, devices: devices)
  }

  /// A run over units made in code, as if each was written under its name in `folder`; the rest as for files.
  public init(
    units: [QuadletUnit], mode: GeneratorMode = .system, podman: PodmanVersion = .reference,
    folder: String = QuadletGenerator.systemFolder, devices: Set<String> = QuadletGenerator.usualDevices
  ) {
    self.init(files: units.map { QuadletFile($0) }, mode: mode, podman: podman, folder: folder, devices: devices)
  }

  /// Converts everything. A unit that is refused is a failure and an error of the result, and does not keep the others
  /// from being converted. The same files give the same result, wherever it runs.
  public func convert() -> Conversion {
    var conversion = Conversion()
    let loaded = QuadletFolder(files).load(root: folder, report: &conversion.report)
    // What others refer to goes first; within a kind, the order of the files.
    let units = Set(loaded.map(\.kind.order)).sorted().flatMap { order in loaded.filter { $0.kind.order == order } }
    var registry = UnitRegistry()
    for unit in units { registry.register(unit) }
    for unit in units {
      KeyValidation(kind: unit.kind, draft: unit.draft, podman: options.podman)
        .check(unit.findingName, report: &conversion.report)
      WordValidation(kind: unit.kind, draft: unit.draft).check(report: &conversion.report)
      if unit.kind.keys.since <= options.podman { convert(unit, registry: &registry, into: &conversion) }
    }
    return conversion
  }

  private func convert(_ unit: LoadedUnit, registry: inout UnitRegistry, into result: inout Conversion) {
    warnOfImageName(unit, report: &result.report)
    let outcome = Self.outcome(of: unit, registry: registry, options: options)
    if let error = outcome.error {
      result.failures.append(Conversion.Failure(unit: unit.name, message: error.message))
      // Unknown keys are in the report already, each with its place.
      if !error.message.hasPrefix("unsupported key") { report(error, of: unit, to: &result.report) }
      return
    }
    if let resource = outcome.resourceName { registry.setResource(resource, of: unit.name) }
    let name = unit.serviceName + ".service"
    if UnitName(name) == nil {
      result.report.warning("'\(name)' is no valid unit name: systemd will not load it", file: unit.findingName)
    }
    if let pod = outcome.startingPod { registry.add(container: name, to: pod) }
    result.produced.append(Conversion.Service(name: name, unit: unit.name, text: outcome.service.text))
    for link in InstallLinks.links(for: name, of: outcome.service) { result.symlinks[link.path] = link.target }
  }

  /// What came of one unit; it holds no registry, so that the caller's stays its own to change.
  private struct Outcome {
    var service: UnitDraft
    var resourceName: String?
    var startingPod: String?
    var error: ConversionError?
  }

  private static func outcome(
    of unit: LoadedUnit, registry: UnitRegistry, options: GeneratorOptions
  ) -> Outcome {
    var conversion = UnitConversion(unit, registry: registry, options: options)
    var failure: ConversionError?
    do {
      try conversion.convert()
    } catch {
      failure = error
    }
    return Outcome(
      service: conversion.service, resourceName: conversion.resourceName, startingPod: conversion.startingPod,
      error: failure)
  }

  private func report(_ error: ConversionError, of unit: LoadedUnit, to report: inout Report) {
    let sections = [unit.kind.section, "Service", "Unit"]
    let origin =
      sections.lazy.compactMap { section in
        unit.draft.lines(in: section).last { $0.key != nil && $0.key == error.key }?.origin
      }.first ?? unit.draft.origin(of: unit.kind.section)
    report.error(error.message, file: origin?.file ?? unit.findingName, position: origin?.position)
  }

  private func warnOfImageName(_ unit: LoadedUnit, report: inout Report) {
    guard [.container, .volume, .image].contains(unit.kind) else { return }
    guard let image = unit.draft.lines(in: unit.kind.section).last(where: { $0.key == "Image" }) else { return }
    let name = KeyLookup.unquoted(image.value)
    guard !name.hasSuffix(".build"), !name.hasSuffix(".image"), !ImageNames.isUnambiguous(name) else { return }
    report.warning(
      "the image \"\(name)\" is not fully qualified: which registry it comes from depends on the host",
      file: image.origin?.file, position: image.origin?.position)
  }
}

import BootChain
import Quadlet
import SystemdUnit

extension NodePlan {
  /// A command of our own programs with its arguments, quoted as systemd reads it.
  func command(_ words: [String]) -> String {
    ExecCommand(["\(HostPath.programs)/\(words[0])"] + words.dropFirst()).description
  }

  /// What every container of the chain gives up: capabilities, new privileges, a writable image.
  var hardening: [Directive] {
    [
      .init("DropCapability", "all"), .init("NoNewPrivileges", "true"), .init("ReadOnly", "true"),
      .init("LogDriver", "journald"),
    ]
  }

  /// The quadlet whose generated service is the stage `service`.
  func addQuadlet(
    _ service: String, container: [Directive], service directives: [Directive], origin: Origin,
    to content: inout NodeContent
  ) {
    guard let stage = chain[service] else { return }
    var sections = [
      stage.unitSection, Section("Container", container),
      Section("Service", directives + stage.restart(after: 2)),
    ]
    if let install = stage.installSection { sections.append(install) }
    let name = service.replacingSuffix(".service", with: ".container")
    guard let unit = QuadletUnit(name: name, file: UnitFile(sections)) else { return }
    content.quadlets.append(NodeContent.Quadlet(unit: unit, origin: origin))
  }

  /// The oneshot that pulls an image where it is missing, so that no pull runs inside the start timeout of the service that needs it, and the second
  /// boot needs no registry.
  func addContainerImage(_ unit: String, _ component: Component, to content: inout NodeContent) {
    let script = "podman image exists \"$1\" || exec podman pull --quiet \"$1\""
    addStage(
      unit,
      service: [
        .init("Type", "oneshot"), .init("RemainAfterExit", "yes"),
        .init("ExecStart", ExecCommand(["/bin/sh", "-ec", script, "pull", reference(component)]).description),
        .init("TimeoutStartSec", "infinity"),
      ], restartAfter: 5,
      origin: Origin(
        "\(component.rawValue) \(version(component)) by digest, pulled on the first boot only.", .component(component),
        .cluster("mirror")), to: &content)
  }
}

extension String {
  /// This text with `suffix` at its end replaced; unchanged where it does not end so.
  func replacingSuffix(_ suffix: String, with other: String) -> String {
    hasSuffix(suffix) ? dropLast(suffix.count) + other : self
  }
}

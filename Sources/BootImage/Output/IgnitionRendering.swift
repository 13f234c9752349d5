import Diagnostics
public import Ignition
import Quadlet
import SystemdUnit

extension NodePlan {
  /// The node's content as an Ignition config.
  public func ignition(_ content: NodeContent) -> IgnitionConfig {
    var config = IgnitionConfig()
    config.storage = storage()
    config.storage.directories = content.directories.sorted { $0.path < $1.path }.map {
      .init(
        path: $0.path, mode: $0.mode, user: .init(id: $0.owner.user), group: .init(id: $0.owner.group))
    }
    config.storage.files = content.files.map(file) + content.quadlets.map(file)
    config.storage.files.sort { $0.path < $1.path }
    config.storage.links = content.links.sorted { $0.path < $1.path }.map {
      .init(path: $0.path, target: $0.target, hard: false, overwrite: true)
    }
    config.systemd.units = content.units.sorted { $0.name < $1.name }.map { unit in
      .init(
        name: unit.name, enabled: unit.state == .enabled ? true : nil, mask: unit.state == .masked ? true : nil,
        contents: unit.file?.text)
    }
    if !cluster.sshAuthorizedKeys.isEmpty {
      config.passwd.users = [.init(name: "core", sshAuthorizedKeys: cluster.sshAuthorizedKeys)]
    }
    return config
  }

  private func file(_ file: NodeContent.File) -> IgnitionConfig.File {
    let contents: IgnitionConfig.Resource
    switch file.contents {
    case .text(let text): contents = .init(inline: text)
    case .download(let remote):
      contents = .init(source: remote.url, verification: .init(hash: remote.hash.ignition))
    }
    return .init(
      path: file.path, mode: file.mode, overwrite: true, user: .init(id: file.owner.user),
      group: .init(id: file.owner.group), contents: contents)
  }

  private func file(_ quadlet: NodeContent.Quadlet) -> IgnitionConfig.File {
    .init(
      path: "\(HostPath.quadlets)/\(quadlet.unit.name)", mode: 0o644, overwrite: true,
      contents: .init(inline: quadlet.unit.file.text))
  }
}

import BootChain
import Diagnostics
import SystemdUnit

extension NodePlan {
  /// Everything that Ignition downloads on the first boot: pinned binaries and archives, system extensions and our own programs. Ignition runs
  /// once, before the first unit, so all of it is in place before the chain starts and nothing is fetched on the second boot.
  func addDownloads(to content: inout NodeContent) {
    for (component, pin) in image.components.sorted(by: { $0.key < $1.key }) where !isInSysext(component) {
      guard case .file(let file) = pin.source else { continue }
      let download = RemoteFile(url: address(of: file.url), hash: file.hash)
      if component.form == .binary {
        content.add(
          download: "\(HostPath.programs)/\(component.rawValue)", mode: 0o755, download,
          Origin("\(component.rawValue) \(pin.version), pinned by hash.", .component(component), .cluster("mirror")))
      } else {
        addArchive(component, pin.version, download, to: &content)
      }
    }
    for (index, sysext) in image.sysexts.enumerated() {
      content.add(
        download: "/etc/extensions/\(sysext.name).raw", mode: 0o644,
        RemoteFile(url: address(of: sysext.file.url), hash: sysext.file.hash),
        Origin(
          "A system extension with \(sysext.provides.map(\.rawValue).sorted().joined(separator: ", ")).",
          .image(.root.appending("sysexts").appending(index))))
    }
    if !image.sysexts.isEmpty {
      content.add(
        unit: ChainUnit.sysext, .enabled,
        Origin("Merges the system extensions before the chain starts.", .image("sysexts")))
    }
    addPrograms(to: &content)
    addRegistryMirrors(to: &content)
  }

  /// Where a node downloads `url` from: the mirror has every upstream under its host name, as `fetch` lays it out.
  func address(of url: String) -> String { DownloadAddress.of(url, mirror: cluster.mirror) }

  private func addArchive(_ component: Component, _ version: String, _ file: RemoteFile, to content: inout NodeContent)
  {
    let archive = "\(HostPath.archives)/\(component.rawValue)-\(version).tar.gz"
    let folder = HostPath.unpacked(component, version)
    let origin = Origin(
      "\(component.rawValue) \(version), pinned by hash; unpacked once for each version.", .component(component),
      .cluster("mirror"))
    content.add(download: archive, mode: 0o644, file, origin)
    let partial = folder + ".partial"
    var commands: [[String]] = [
      ["/usr/bin/rm", "-rf", partial],
      ["/usr/bin/mkdir", "-p", partial],
      ["/usr/bin/tar", "--extract", "--gzip", "--no-same-owner", "--file=\(archive)", "--directory=\(partial)"],
    ]
    if component == .crio {
      commands.append(
        // SELinux starts containers only from this type; a folder of ours has no rule of its own in the policy.
        [
          "/bin/sh", "-ec",
          "[ ! -e /sys/fs/selinux/enforce ] || chcon -t container_runtime_exec_t \"$1\"", "label",
          "\(partial)/cri-o/bin/crio",
        ])
    }
    commands += [["/usr/bin/sync", "-f", partial], ["/usr/bin/mv", "-T", partial, folder]]
    addStage(
      ChainUnit.unpack(component.rawValue),
      extra: [.init("ConditionPathExists", "!\(folder)")],
      service: [.init("Type", "oneshot"), .init("RemainAfterExit", "yes")]
        + commands.map { .init("ExecStart", ExecCommand($0).description) }, origin: origin, to: &content)
    if component == .crictl || component == .ciliumCLI {
      let program = component == .crictl ? "crictl" : "cilium"
      content.add(link: "\(HostPath.programs)/\(program)", to: "\(folder)/\(program)", origin)
    }
  }

  /// Our own programs, from the folder that `--artifacts` names.
  private func addPrograms(to content: inout NodeContent) {
    for name in ["ll-tpm", "ll-node"] + (cluster.operatorEndpoint == nil ? [] : ["ll-agent"]) {
      let base = cluster.mirror.map { "\($0)/\(DownloadAddress.artifacts)" } ?? cluster.artifacts
      guard let program = shared.options.programs.first(where: { $0.name == name }), let base else {
        content.missing.programs.append(name)
        continue
      }
      content.add(
        download: "\(HostPath.programs)/\(name)", mode: 0o755,
        RemoteFile(url: "\(base)/\(name)", hash: program.hash),
        Origin("Our own program, hashed in the --artifacts folder.", .cluster("artifacts"), .cluster("mirror")))
    }
  }

  /// Sends every image pull to the mirror (containers-registries.conf(5)); the digests stay those of upstream.
  private func addRegistryMirrors(to content: inout NodeContent) {
    guard let mirror = cluster.mirror else { return }
    let host = DownloadAddress.path(of: mirror)
    var toml = TOMLText(
      comment: "Every pull goes to the mirror and nowhere else; a digest says the same there as upstream.")
    let registries = Set(
      image.components.values.compactMap { pin in
        if case .image(let image) = pin.source { image.registry } else { nil }
      })
    for registry in registries.sorted() {
      toml.table(
        "registry", isArray: true,
        [
          ("prefix", .string(registry)),
          ("location", .string("\(host)/\(DownloadAddress.folder(ofRegistry: registry))")),
          ("insecure", .boolean(mirror.hasPrefix("http://"))),
        ])
    }
    content.add(
      file: "/etc/containers/registries.conf.d/50-low-layer-mirror.conf", toml.text,
      Origin("Every image comes from the cluster's mirror, and from nowhere else.", .cluster("mirror")))
  }
}

import BootChain
import SystemdUnit

extension NodePlan {
  /// What a bundle becomes on this node: sealed files, the tmpfs they are released to, the manifest, and the oneshot that releases them.
  func addRelease(of bundle: SecretBundle, by unit: String, _ origin: Origin, to content: inout NodeContent) {
    addSecretFolder(of: bundle, to: &content)
    content.add(
      file: bundle.manifest, manifest(of: bundle).text,
      Origin("Which files ll-tpm makes of the sealed bundle, with owner, mode and label."))
    var service: [Directive] = [.init("Type", "oneshot")]
    switch shared.options.desk.bundles[node.name]?[bundle] {
    case .insecure(let secrets): service += installing(secrets, of: bundle, to: &content)
    case .sealed(let file, let sidecar):
      let sealed = Origin("Sealed on the desk to this node's TPM; ll-tpm replaces it by one that never leaves the TPM.")
      content.add(file: bundle.blob, mode: 0o600, file, sealed)
      content.add(file: bundle.sidecar, mode: 0o600, sidecar, sealed)
      service += unsealing(bundle)
    case nil:
      content.missing.sealed += [bundle.blob, bundle.sidecar]
      service += unsealing(bundle)
    }
    addStage(
      unit, extra: [.init("RequiresMountsFor", bundle.folder)], service: service + [.init("TimeoutStartSec", "60")],
      origin: origin, to: &content)
  }

  private func unsealing(_ bundle: SecretBundle) -> [Directive] {
    [
      .init("ExecStartPre", command(["ll-tpm", "import", "--manifest", bundle.manifest])),
      .init("ExecStart", command(["ll-tpm", "unseal", "--manifest", bundle.manifest])),
    ]
  }

  /// The names of the secrets in `bundle` on this node.
  private func entries(of bundle: SecretBundle) -> [String] {
    bundle.entries(initialises: initialises, rotates: shared.options.desk.previousSealKeyID != nil)
  }

  /// What of the bundle becomes which file, in systemd's own syntax, read by `ll-tpm unseal --manifest`.
  func manifest(of bundle: SecretBundle) -> UnitFile {
    var source: [Directive] = [.init("Blob", bundle.blob)]
    // Made on the node when the bundle is imported: whoever boots another root without the disk's key does not have it.
    if isDiskEncrypted { source.append(.init("AuthFile", "\(HostPath.sealed)/\(bundle.rawValue).auth")) }
    if shared.options.desk.releaseKey != nil { source.append(.init("ReleaseKey", HostPath.releaseKey)) }
    return UnitFile(
      [.init("Bundle", source)]
        + entries(of: bundle).map { name in
          Section(
            "File",
            [
              .init("Name", name), .init("Path", "\(bundle.folder)/\(name)"),
              .init("Owner", "\(bundle.owner.user):\(bundle.owner.group)"), .init("Mode", "0400"),
              .init("SELinuxContext", "system_u:object_r:container_file_t:s0"),
            ])
        })
  }

  /// INSECURE, in a lab only: the secrets stand in the config, and are copied to where a TPM would release them.
  private func installing(
    _ secrets: [String: String], of bundle: SecretBundle, to content: inout NodeContent
  ) -> [Directive] {
    let origin = Origin("INSECURE LAB STAND-IN: a throw-away secret in plain text, where no TPM is.")
    content.add(directory: bundle.labFolder, mode: 0o700, origin)
    return entries(of: bundle).map { name in
      guard let secret = secrets[name] else {
        content.missing.sealed.append("\(bundle.labFolder)/\(name)")
        return .init("ExecStart", "/usr/bin/false")
      }
      content.add(file: "\(bundle.labFolder)/\(name)", mode: 0o600, secret, origin)
      return .init(
        "ExecStart",
        ExecCommand([
          "/usr/bin/install", "-m", "0400", "-o", "\(bundle.owner.user)", "-g", "\(bundle.owner.group)",
          "--context=system_u:object_r:container_file_t:s0", "\(bundle.labFolder)/\(name)", "\(bundle.folder)/\(name)",
        ]).description)
    }
  }

  /// A tmpfs of its own that is never swapped, for what the TPM releases.
  private func addSecretFolder(of bundle: SecretBundle, to content: inout NodeContent) {
    let name = UnitName.escape(path: bundle.folder) + ".mount"
    let owner = bundle.owner
    content.add(
      unit: name, .asWritten,
      UnitFile([
        .init(
          "Unit",
          [.init("Description", "LOW-LAYER: memory for what the TPM releases"), .init("StartLimitIntervalSec", "0")]),
        .init(
          "Mount",
          [
            .init("What", "tmpfs"), .init("Where", bundle.folder), .init("Type", "tmpfs"),
            .init(
              "Options",
              "size=1m,nr_inodes=64,mode=0500,uid=\(owner.user),gid=\(owner.group),noswap,nosuid,nodev,noexec"),
          ]),
      ]), Origin("Released secrets live in memory that is never swapped (tmpfs noswap, Linux 6.4)."))
  }
}

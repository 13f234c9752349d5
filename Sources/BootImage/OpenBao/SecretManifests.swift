import SystemdUnit

extension NodePlan {
  /// What of the `openbao` bundle becomes which file, in systemd's own syntax, read by `ll-tpm unseal --manifest`.
  var unsealManifest: UnitFile {
    var secrets = [
      ("static-seal.key", "static-seal.key"), ("bootstrap-listener.pem", "bootstrap-listener.pem"),
    ]
    if initialises { secrets += InitialisationSecret.allCases.map { ($0.rawValue, $0.rawValue) } }
    return manifest(bundle: "openbao", folder: HostPath.openbaoSecrets, owner: .openbao, secrets)
  }

  /// What of the `login` bundle becomes which file.
  var loginManifest: UnitFile {
    manifest(bundle: "login", folder: HostPath.loginSecrets, owner: .root, [("login.pem", "login.pem")])
  }

  private func manifest(
    bundle: String, folder: String, owner: NodeContent.Owner, _ secrets: [(name: String, file: String)]
  ) -> UnitFile {
    var source: [Directive] = [.init("Blob", "\(HostPath.sealed)/\(bundle).pem")]
    // Made on the node when the bundle is imported: whoever boots another root without the disk's key does not have it.
    if image.disk.encryption == .tpm2 { source.append(.init("AuthFile", "\(HostPath.sealed)/\(bundle).auth")) }
    return UnitFile(
      [.init("Bundle", source)]
        + secrets.map { secret in
          Section(
            "File",
            [
              .init("Name", secret.name), .init("Path", "\(folder)/\(secret.file)"),
              .init("Owner", "\(owner.user):\(owner.group)"), .init("Mode", "0400"),
              .init("SELinuxContext", "system_u:object_r:container_file_t:s0"),
            ])
        })
  }
}

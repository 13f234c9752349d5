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
    UnitFile(
      [.init("Bundle", [.init("Blob", "\(HostPath.sealed)/\(bundle).pem")])]
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

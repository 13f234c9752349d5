/// Whose systemd the services are for.
public enum GeneratorMode: String, Sendable, Hashable, CaseIterable {
  /// The system's own, as root: the default of the generator.
  case system
  /// A user's, for podman without root (`quadlet -user`).
  case user

  /// What stands for "the network is up": a user's systemd cannot wait for the system's `network-online.target`.
  var networkUnit: String {
    switch self {
    case .system: "network-online.target"
    case .user: "podman-user-wait-network-online.service"
    }
  }
}

/// What a conversion depends on besides the files.
struct GeneratorOptions {
  var mode: GeneratorMode
  var podman: PodmanVersion
  var devices: Set<String>
}

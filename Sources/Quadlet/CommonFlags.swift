extension UnitConversion {
  /// The log driver and its options.
  func addLogging(to podman: inout PodmanCommand) {
    if let driver = section.string("LogDriver") { podman.add("--log-driver", driver) }
    for option in section.words("LogOpt") { podman.add("--log-opt", option) }
  }

  /// Ports published on the host.
  func addPublishedPorts(to podman: inout PodmanCommand) {
    for port in section.all("PublishPort") { podman.add("--publish", port) }
  }

  /// Health checks, in the order that podman writes them.
  func addHealth(to podman: inout PodmanCommand) { podman.addStrings(Self.healthFlags, from: section) }

  private static let healthFlags: KeyValuePairs = [
    "HealthCmd": "--health-cmd", "HealthInterval": "--health-interval", "HealthOnFailure": "--health-on-failure",
    "HealthLogDestination": "--health-log-destination", "HealthMaxLogCount": "--health-max-log-count",
    "HealthMaxLogSize": "--health-max-log-size", "HealthRetries": "--health-retries",
    "HealthStartPeriod": "--health-start-period", "HealthTimeout": "--health-timeout",
    "HealthStartupCmd": "--health-startup-cmd", "HealthStartupInterval": "--health-startup-interval",
    "HealthStartupRetries": "--health-startup-retries", "HealthStartupSuccess": "--health-startup-success",
    "HealthStartupTimeout": "--health-startup-timeout",
  ]
}

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
  func addHealth(to podman: inout PodmanCommand) {
    let flags: KeyValuePairs = [
      "HealthCmd": "cmd", "HealthInterval": "interval", "HealthOnFailure": "on-failure",
      "HealthLogDestination": "log-destination", "HealthMaxLogCount": "max-log-count",
      "HealthMaxLogSize": "max-log-size", "HealthRetries": "retries", "HealthStartPeriod": "start-period",
      "HealthTimeout": "timeout", "HealthStartupCmd": "startup-cmd", "HealthStartupInterval": "startup-interval",
      "HealthStartupRetries": "startup-retries", "HealthStartupSuccess": "startup-success",
      "HealthStartupTimeout": "startup-timeout",
    ]
    for (key, flag) in flags {
      if let value = section.nonEmpty(key) { podman.add("--health-\(flag)", value) }
    }
  }
}

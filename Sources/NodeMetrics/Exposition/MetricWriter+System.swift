import HostFS

extension MetricWriter {
  mutating func write(_ reading: FileHandleReading) {
    family("node_filefd_allocated", .gauge, "File handles in use.")
    sample(MetricValue(reading.allocated))
    family("node_filefd_maximum", .gauge, "The most file handles there can be.")
    sample(MetricValue(reading.maximum))
  }

  mutating func write(_ reading: EntropyReading) {
    family("node_entropy_available_bits", .gauge, "Entropy.")
    sample(MetricValue(reading.available))
    family("node_entropy_pool_size_bits", .gauge, "Size of the entropy pool.")
    sample(reading.poolSize.map { MetricValue($0) })
  }

  mutating func write(_ reading: ClockReading) {
    let clock = reading.discipline
    family("node_time_seconds", .gauge, "Wall clock in seconds since 1970.")
    sample(MetricValue(clock.now, places: 9))
    family("node_timex_sync_status", .gauge, "Whether a daemon keeps the clock in step.")
    sample(MetricValue(clock.isSynchronised))
    family("node_timex_offset_seconds", .gauge, "Offset from the reference.")
    sample(MetricValue(clock.offset, places: 9))
    family("node_timex_maxerror_seconds", .gauge, "The largest error that the clock can have.")
    sample(MetricValue(clock.maximumError, places: 6))
    family("node_timex_estimated_error_seconds", .gauge, "The error that is estimated.")
    sample(MetricValue(clock.estimatedError, places: 6))
    family("node_timex_frequency_adjustment_ratio", .gauge, "How fast the clock is made to run.")
    // Parts per million with 16 bits of fraction: 2^16 and a million make the unit.
    sample(MetricValue(1_000_000_000_000_000 &+ clock.frequency &* 1_000_000_000 / 65536, places: 15))
    family("node_timex_status", .gauge, "STA_ bits.")
    sample(MetricValue(clock.status))
    family("node_timex_loop_time_constant", .gauge, "Time constant of the phase-locked loop.")
    sample(MetricValue(clock.timeConstant))
    family("node_timex_tick_seconds", .gauge, "Time between clock ticks.")
    sample(MetricValue(clock.tick, places: 6))
    family("node_timex_tai_offset_seconds", .gauge, "International atomic time less UTC.")
    sample(MetricValue(clock.tai))
  }

  mutating func write(_ reading: IdentityReading) {
    family("node_uname_info", .info, "The kernel.")
    sample(
      MetricValue(true), MetricLabel("domainname", reading.domainName ?? ""), MetricLabel("machine", reading.machine),
      MetricLabel("nodename", reading.hostName ?? ""), MetricLabel("release", reading.release),
      MetricLabel("sysname", reading.system), MetricLabel("version", reading.version))
    family("node_os_info", .info, "The image of the operating system.")
    if !reading.image.isEmpty {
      sample(MetricValue(true), Self.imageLabels.map { MetricLabel($0.0, reading.image($0.1) ?? "") })
    }
    family("lowlayer_boot_info", .info, "A random number that each boot has anew.")
    if let bootID = reading.bootID { sample(MetricValue(true), MetricLabel("boot_id", bootID)) }
    family("lowlayer_uptime_seconds", .gauge, "Time since the machine started.")
    sample(reading.uptime.map { MetricValue($0, places: 2) })
  }

  mutating func write(_ reading: UnitReading) {
    family("node_systemd_system_running", .gauge, "Whether systemd is running and no unit failed.")
    sample(MetricValue(reading.systemState == "running"))
    family("node_systemd_unit_state", .gauge, "Which state a unit is in.")
    for unit in reading.units {
      for state in ["activating", "active", "deactivating", "failed", "inactive"] {
        sample(MetricValue(unit.activeState == state), MetricLabel("name", unit.name), MetricLabel("state", state))
      }
    }
    family("node_systemd_service_restart_total", .counter, "How often systemd started a unit again.")
    for unit in reading.units { sample(unit.restarts.map { MetricValue($0) }, MetricLabel("name", unit.name)) }
    family("lowlayer_systemd_failed_units", .gauge, "Units that failed.")
    sample(MetricValue(UInt64(reading.failed.count)))
    family("lowlayer_systemd_unit_failed", .gauge, "1 for a unit that failed.")
    for name in reading.failed { sample(MetricValue(true), MetricLabel("name", name)) }
  }

  mutating func write(_ reading: KubeletReading) {
    family("lowlayer_kubelet_healthy", .gauge, "Whether healthz says ok.")
    sample(reading.isHealthy.map { MetricValue($0) })
    family("lowlayer_kubelet_check_healthy", .gauge, "Whether a check behind healthz passes.")
    for check in reading.checks { sample(MetricValue(check.isHealthy), MetricLabel("check", check.name)) }
    family("lowlayer_kubelet_runtime_healthy", .gauge, "Whether the container runtime answers the kubelet.")
    sample(reading.isRuntimeHealthy.map { MetricValue($0) })
    family("lowlayer_kubelet_pods", .gauge, "Pods in a phase.")
    for phase in reading.pods { sample(MetricValue(Int64(phase.count)), MetricLabel("phase", phase.name)) }
    family("lowlayer_kubelet_running_pods", .gauge, "Pods with running containers.")
    sample(reading.runningPods.map { MetricValue(Int64($0)) })
    family(
      "lowlayer_kubelet_certificate_not_after_timestamp_seconds", .gauge,
      "When a certificate ends, in seconds since 1970.")
    for certificate in reading.certificates {
      sample(MetricValue(certificate.notAfter), MetricLabel("certificate", certificate.name))
    }
  }

  private static let imageLabels: [(StaticString, String)] = [
    ("build_id", "BUILD_ID"), ("id", "ID"), ("id_like", "ID_LIKE"), ("image_id", "IMAGE_ID"),
    ("image_version", "IMAGE_VERSION"), ("name", "NAME"), ("ostree_version", "OSTREE_VERSION"),
    ("pretty_name", "PRETTY_NAME"), ("variant", "VARIANT"), ("variant_id", "VARIANT_ID"), ("version", "VERSION"),
    ("version_codename", "VERSION_CODENAME"), ("version_id", "VERSION_ID"),
  ]
}

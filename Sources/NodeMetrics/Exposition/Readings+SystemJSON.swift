import Diagnostics
import HostFS

extension FileHandleReading {
  var json: JSONText { .object([.init("allocated", .number(allocated)), .init("maximum", .number(maximum))]) }
}

extension EntropyReading {
  var json: JSONText {
    .object([.init("available_bits", .number(available)), .init("pool_bits", .number(poolSize))])
  }
}

extension ClockReading {
  var json: JSONText {
    .object([
      .init("synchronised", .boolean(discipline.isSynchronised)), .init("offset_ns", .number(discipline.offset)),
      .init("maximum_error_us", .number(discipline.maximumError)),
      .init("estimated_error_us", .number(discipline.estimatedError)),
      .init("frequency_ppm_65536ths", .number(discipline.frequency)), .init("status", .number(discipline.status)),
      .init("time_constant", .number(discipline.timeConstant)), .init("tick_us", .number(discipline.tick)),
      .init("tai_offset_s", .number(discipline.tai)), .init("now_ns", .number(discipline.now)),
    ])
  }
}

extension IdentityReading {
  var json: JSONText {
    .object([
      .init("system", .string(system)), .init("release", .string(release)), .init("version", .string(version)),
      .init("machine", .string(machine)), .init("hostname", .text(hostName)), .init("domainname", .text(domainName)),
      .init("boot_id", .text(bootID)), .init("uptime_ms", .number(uptime.map { $0.multipliedSaturating(by: 10) })),
      .init("os_release", .object(image.map { .init($0.name, .string($0.value)) })),
    ])
  }
}

extension UnitReading {
  var json: JSONText {
    .object([
      .init("system_state", .string(systemState)),
      .init(
        "units",
        .each(units) { unit in
          .object([
            .init("name", .string(unit.name)), .init("active_state", .string(unit.activeState)),
            .init("sub_state", .string(unit.subState)), .init("restarts", .number(unit.restarts)),
          ])
        }),
      .init("failed", .each(failed) { .string($0) }),
    ])
  }
}

extension KubeletReading {
  var json: JSONText {
    .object([
      .init("healthy", .truth(isHealthy)),
      .init(
        "checks",
        .each(checks) { .object([.init("name", .string($0.name)), .init("healthy", .boolean($0.isHealthy))]) }),
      .init("runtime_healthy", .truth(isRuntimeHealthy)),
      .init("pods", .object(pods.map { .init($0.name, .integer($0.count)) })),
      .init("running_pods", runningPods.map { .integer($0) } ?? .null),
      .init("certificates", .each(certificates, \.json)),
      .init(
        "unavailable",
        .each(unavailable) { .object([.init("name", .string($0.name)), .init("reason", .string($0.reason))]) }),
    ])
  }
}

extension KubeletReading.Certificate {
  var json: JSONText {
    .object([
      .init("name", .string(name)), .init("not_before_s", .number(notBefore)), .init("not_after_s", .number(notAfter)),
    ])
  }
}

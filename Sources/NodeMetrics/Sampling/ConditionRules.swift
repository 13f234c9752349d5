import HostFS

/// What the readings of a snapshot say about the node's lasting problems. Reasons are node-problem-detector's where it has
/// the condition.
struct ConditionRules {
  private let snapshot: NodeSnapshot

  /// After so long the kernel itself calls a task hung: `hung_task_timeout_secs`.
  private static let hung: UInt64 = 120_000_000_000
  /// A certificate that ends within this is expiring, in seconds; sooner where it is short-lived.
  private static let warning: Int64 = 7 * 86_400
  /// Leases are 40 s and certificates are dated by minutes: a clock that is off by half a second is wrong, in
  /// microseconds.
  private static let skew: Int64 = 500_000

  init(_ snapshot: NodeSnapshot) { self.snapshot = snapshot }

  /// Each condition once.
  var conditions: [Condition] {
    ConditionType.allCases.map { type in
      switch type {
      case .kernelDeadlock: kernelDeadlock
      case .readonlyFilesystem: readonlyFilesystem
      case .kubeletUnhealthy: kubeletUnhealthy
      case .containerRuntimeUnhealthy: containerRuntimeUnhealthy
      case .certificateExpiring: certificateExpiring
      case .clockSkewed: clockSkewed
      }
    }
  }

  private var kernelDeadlock: Condition {
    for run in snapshot.runs {
      guard case .failed(.overdue(let nanoseconds)) = run.result, nanoseconds >= Self.hung else { continue }
      return Condition(
        .kernelDeadlock, .isTrue, reason: "TaskHung",
        message: "reading for \(run.name) has not come back for \(nanoseconds / 1_000_000_000) s")
    }
    for mount in snapshot.filesystems.reading?.mounts ?? [] where !mount.isRemote {
      guard case .failed(.overdue(let nanoseconds)) = mount.space, nanoseconds >= Self.hung else { continue }
      return Condition(
        .kernelDeadlock, .isTrue, reason: "TaskHung",
        message: "\(mount.mountPoint) has not answered for \(nanoseconds / 1_000_000_000) s")
    }
    return Condition(
      .kernelDeadlock, .isFalse, reason: "KernelHasNoDeadlock", message: "everything that was asked came back")
  }

  private var readonlyFilesystem: Condition {
    guard let filesystems = snapshot.filesystems.reading else {
      return unknown(.readonlyFilesystem, "FilesystemsNotRead", snapshot.filesystems.reason)
    }
    let types = ["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs"]
    let forced = filesystems.mounts.filter { $0.wasForcedReadOnly && types.contains($0.type) }.map(\.mountPoint)
    if forced.isEmpty {
      return Condition(
        .readonlyFilesystem, .isFalse, reason: "FilesystemIsNotReadOnly",
        message: "every file system is as it was mounted")
    }
    return Condition(
      .readonlyFilesystem, .isTrue, reason: "FilesystemIsReadOnly",
      message: "mounted to be written to and read-only now: \(forced.joined(separator: ", "))")
  }

  private var kubeletUnhealthy: Condition {
    switch snapshot.kubelet {
    case .unavailable(let unavailability):
      return unknown(.kubeletUnhealthy, "KubeletNotAsked", unavailability.description)
    case .failed(let fault):
      return Condition(.kubeletUnhealthy, .isTrue, reason: "KubeletUnhealthy", message: fault.description)
    case .measured(let kubelet, _):
      let silence = kubelet.reason(of: "/healthz")
      guard let isHealthy = kubelet.isHealthy else { return unknown(.kubeletUnhealthy, "HealthNotTold", silence) }
      if isHealthy {
        return Condition(.kubeletUnhealthy, .isFalse, reason: "KubeletIsHealthy", message: "healthz says ok")
      }
      let failing = kubelet.checks.filter { !$0.isHealthy }.map(\.name)
      // Where it did not say so itself, why nothing was heard of it is what a person needs to know.
      let words = failing.isEmpty ? "healthz does not say ok" : "failing: \(failing.joined(separator: ", "))"
      return Condition(.kubeletUnhealthy, .isTrue, reason: "KubeletUnhealthy", message: silence ?? words)
    }
  }

  private var containerRuntimeUnhealthy: Condition {
    let silence = snapshot.kubelet.reading?.reason(of: "/stats/summary")
    guard let isHealthy = snapshot.kubelet.reading?.isRuntimeHealthy else {
      return unknown(.containerRuntimeUnhealthy, "RuntimeNotTold", silence ?? snapshot.kubelet.reason)
    }
    return isHealthy
      ? Condition(
        .containerRuntimeUnhealthy, .isFalse, reason: "ContainerRuntimeIsHealthy", message: "it answers the kubelet")
      : Condition(
        .containerRuntimeUnhealthy, .isTrue, reason: "ContainerRuntimeUnhealthy",
        message: "it does not answer the kubelet" + (silence.map { ": \($0)" } ?? ""))
  }

  private var certificateExpiring: Condition {
    guard let certificates = snapshot.kubelet.reading?.certificates, !certificates.isEmpty, snapshot.wallTime > 0 else {
      let silence = snapshot.kubelet.reading?.reason(of: "serving certificate")
      return unknown(.certificateExpiring, "NoCertificateSeen", silence ?? snapshot.kubelet.reason)
    }
    let now = snapshot.wallTime / 1_000_000_000
    let expiring = certificates.filter { certificate in
      let lifetime = certificate.notBefore.map { Self.difference(certificate.notAfter, $0) } ?? .max
      return Self.difference(certificate.notAfter, now) < min(Self.warning, lifetime / 5)
    }
    guard let first = expiring.min(by: { $0.notAfter < $1.notAfter }) else {
      return Condition(
        .certificateExpiring, .isFalse, reason: "CertificatesAreValid",
        message: "none of \(certificates.count) ends soon")
    }
    let left = Self.difference(first.notAfter, now)
    return Condition(
      .certificateExpiring, .isTrue, reason: left > 0 ? "CertificateExpiring" : "CertificateExpired",
      message: left > 0 ? "\(first.name) ends in \(left / 3600) h" : "\(first.name) ended \(-(left / 3600)) h ago")
  }

  private var clockSkewed: Condition {
    guard let clock = snapshot.clock.reading?.discipline else {
      return unknown(.clockSkewed, "ClockNotAsked", snapshot.clock.reason)
    }
    if !clock.isSynchronised {
      return Condition(
        .clockSkewed, .isTrue, reason: "ClockNotSynchronised", message: "no daemon keeps the clock in step")
    }
    if clock.estimatedError > Self.skew || abs(clock.offset / 1000) > Self.skew {
      return Condition(
        .clockSkewed, .isTrue, reason: "ClockErrorTooLarge",
        message: "estimated error \(clock.estimatedError) µs, offset \(clock.offset / 1000) µs")
    }
    return Condition(.clockSkewed, .isFalse, reason: "ClockSynchronised", message: "a daemon keeps the clock in step")
  }

  /// What a certificate says is somebody else's, and may be anything.
  private static func difference(_ left: Int64, _ right: Int64) -> Int64 {
    let (difference, overflowed) = left.subtractingReportingOverflow(right)
    return overflowed ? (left < right ? .min : .max) : difference
  }

  private func unknown(_ type: ConditionType, _ reason: String, _ message: String?) -> Condition {
    Condition(type, .unknown, reason: reason, message: message ?? "not told")
  }
}

extension KubeletReading {
  /// Why a part could not be had, as a sentence without an end.
  fileprivate func reason(of part: String) -> String? { unavailable.first { $0.name == part }?.reason }
}

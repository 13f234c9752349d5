import HostFS
import Testing

@testable import NodeMetrics

@Suite("The node's conditions")
struct ConditionTests {
  private func condition(_ type: ConditionType, _ change: (inout NodeSnapshot) -> Void) -> Condition? {
    var snapshot = NodeSnapshot()
    snapshot.wallTime = 1_760_000_000_000_000_000
    change(&snapshot)
    return ConditionRules(snapshot).conditions.first { $0.type == type }
  }

  private func mount(_ type: String, forced: Bool, _ space: Outcome<FileSystemSpace>) -> Outcome<FilesystemReading> {
    .measured(
      FilesystemReading(mounts: [
        Mount(
          device: "/dev/x", mountPoint: "/x", type: type, major: 8, minor: 1, root: "/", isReadOnly: forced,
          wasForcedReadOnly: forced, space: space)
      ]), at: 1)
  }

  @Test("each is told once, in their order, and is unknown where nothing was read, but for what did not hang")
  func all() {
    let conditions = ConditionRules(NodeSnapshot()).conditions
    #expect(conditions.map(\.type) == ConditionType.allCases)
    #expect(conditions.map(\.status) == [.isFalse, .unknown, .unknown, .unknown, .unknown, .unknown])
  }

  @Test(
    "two minutes without an answer are a deadlock, but not on a server's file system",
    arguments: [
      ("ext4", 120, ConditionStatus.isTrue), ("ext4", 119, .isFalse), ("nfs4", 999, .isFalse),
      ("fuse.sshfs", 999, .isFalse),
    ])
  func deadlock(type: String, seconds: UInt64, status: ConditionStatus) {
    let space = Outcome<FileSystemSpace>.failed(.overdue(nanoseconds: seconds * 1_000_000_000))
    let found = condition(.kernelDeadlock) { $0.filesystems = mount(type, forced: false, space) }
    #expect(found?.status == status)
  }

  @Test("a collector that hangs is a deadlock by its name")
  func hungCollector() {
    let found = condition(.kernelDeadlock) {
      $0.runs = [
        .init(name: "hwmon", duration: 1, lastMeasured: nil, result: .failed(.overdue(nanoseconds: 121_000_000_000)))
      ]
    }
    #expect(found?.status == .isTrue)
    #expect(found?.message == "reading for hwmon has not come back for 121 s")
  }

  @Test(
    "only a writable kind of file system that turned read-only counts",
    arguments: [
      ("ext4", true, ConditionStatus.isTrue), ("xfs", true, .isTrue), ("ext4", false, .isFalse),
      ("vfat", true, .isFalse),
      ("squashfs", true, .isFalse),
    ])
  func readOnly(type: String, forced: Bool, status: ConditionStatus) {
    let found = condition(.readonlyFilesystem) {
      $0.filesystems = mount(type, forced: forced, .unavailable(.notCollected))
    }
    #expect(found?.status == status)
    if status == .isTrue { #expect(found?.message.hasSuffix("/x") == true) }
  }

  @Test(
    "the kubelet is unhealthy when it says so or nothing, and unknown where it may not be asked",
    arguments: [
      (Outcome<KubeletReading>.measured(.init(isHealthy: true), at: 1), ConditionStatus.isFalse),
      (.measured(.init(isHealthy: false), at: 1), .isTrue), (.measured(.init(isHealthy: nil), at: 1), .unknown),
      (.failed(.reason("connection refused")), .isTrue), (.unavailable(.notCollected), .unknown),
    ])
  func kubelet(outcome: Outcome<KubeletReading>, status: ConditionStatus) {
    #expect(condition(.kubeletUnhealthy) { $0.kubelet = outcome }?.status == status)
  }

  @Test("of a kubelet that does not answer the message says why, and of one that answers what fails")
  func kubeletMessage() {
    let refused = "the kubelet cannot be reached: Connection refused"
    let parts = ["/healthz", "/pods", "/stats/summary", "serving certificate"]
    let silent = KubeletReading(isHealthy: false, unavailable: parts.map { .init(name: $0, reason: refused) })
    for type in [ConditionType.kubeletUnhealthy, .containerRuntimeUnhealthy, .certificateExpiring] {
      #expect(condition(type) { $0.kubelet = .measured(silent, at: 1) }?.message == refused)
    }
    let failing = KubeletReading(
      isHealthy: false, checks: [.init(name: "ping", isHealthy: true), .init(name: "syncloop", isHealthy: false)],
      isRuntimeHealthy: false, unavailable: [.init(name: "/stats/summary", reason: "status 500: rpc error")])
    #expect(condition(.kubeletUnhealthy) { $0.kubelet = .measured(failing, at: 1) }?.message == "failing: syncloop")
    #expect(
      condition(.containerRuntimeUnhealthy) { $0.kubelet = .measured(failing, at: 1) }?.message
        == "it does not answer the kubelet: status 500: rpc error")
  }

  @Test(
    "a certificate expires a week before its end, or for its last fifth where it is short-lived",
    arguments: [
      (nil, 7 * 86_400, ConditionStatus.isFalse), (nil, 7 * 86_400 - 1, .isTrue), (nil, -1, .isTrue),
      (-36_000, 50_400, .isFalse), (-72_000, 14_400, .isTrue), (nil, .max, .isFalse), (nil, .min, .isTrue),
      (.min, .max, .isFalse), (.max, .min, .isTrue),
    ] as [(Int64?, Int64, ConditionStatus)])
  func certificate(begins: Int64?, ends: Int64, status: ConditionStatus) {
    let now: Int64 = 1_760_000_000
    let found = condition(.certificateExpiring) {
      let certificate = KubeletReading.Certificate(
        name: "c", notBefore: begins.map { $0 == .min || $0 == .max ? $0 : now + $0 },
        notAfter: ends == .min || ends == .max ? ends : now + ends)
      $0.kubelet = .measured(.init(isHealthy: true, certificates: [certificate]), at: 1)
    }
    #expect(found?.status == status)
  }

  @Test(
    "the clock is skewed when nobody keeps it, or its error is half a second",
    arguments: [
      (true, 0, 0, ConditionStatus.isFalse), (false, 0, 0, .isTrue), (true, 500_001, 0, .isTrue),
      (true, 0, -600_000_000, .isTrue), (true, 1000, 1000, .isFalse), (true, 0, .min, .isTrue),
    ] as [(Bool, Int64, Int64, ConditionStatus)])
  func clock(isSynchronised: Bool, estimated: Int64, offset: Int64, status: ConditionStatus) {
    var discipline = ClockDiscipline()
    discipline.isSynchronised = isSynchronised
    discipline.estimatedError = estimated
    discipline.offset = offset
    let found = condition(.clockSkewed) { $0.clock = .measured(ClockReading(discipline: discipline), at: 1) }
    #expect(found?.status == status)
  }
}

import Foundation
import TestSupport
import Testing

extension LicenseFaultTests {
  /// How a disk takes nothing any more.
  enum DiskFault: CaseIterable, CustomStringConvertible {
    case full
    case readOnly

    var description: String { self == .full ? "full" : "read-only" }
    var words: String { self == .full ? "No space left on device" : "Read-only file system" }

    func begin(_ disk: LicenseDisk) throws {
      if self == .full { try disk.fill() } else { try disk.become(readOnly: true) }
    }

    func end(_ disk: LicenseDisk) throws {
      if self == .full { try disk.empty() } else { try disk.become(readOnly: false) }
    }
  }

  @Test(
    "a full or read-only disk: nothing that was not kept is relied on, it is said, and afterwards nobody is a clone",
    .enabled(if: LicenseDisk.isPossible))
  static func disks() async throws {
    try await withNetwork { network in
      try check(
        DiskFault.allCases.flatMap { fault in
          [
            Cell("the operator's disk is \(fault): who has a lease keeps it, nobody else gets one") {
              try operatorsDisk(fault, network)
            },
            Cell("the node's disk is \(fault): it keeps its license, and begins no session until it can keep its value")
            {
              try nodesDisk(fault, network)
            },
            Cell("the node's disk is \(fault) when it enrols: OpenBao is not asked, and the file is named") {
              try enrolment(fault, network)
            },
          ]
        })
    }
  }

  private static func operatorsDisk(_ fault: DiskFault, _ network: LicenseNetwork) throws {
    let judge = try network.licenseOperator("operator-\(fault)", "HeartbeatInterval=2\nLeaseDuration=15\n")
    let disk = try LicenseDisk(
      at: judge.stateFolder, log: network.folder.url.appendingPathComponent("disk-operator-\(fault)"))
    try LicenseUnmet.unless(
      try Command(disk.entering + ["mkdir", "\(judge.stateFolder)/keys"]).status == 0, "no folder for keys")
    try judge.start(disk.entering)
    let node = try network.node("\(fault)-one", operatorAt: judge.port)
    let other = try network.node("\(fault)-two", operatorAt: judge.port)
    for node in [node, other] { try node.enroll() }
    try node.start()
    try node.await("licensed")
    // Its first heartbeat is noted, and that it lives.
    Thread.sleep(forTimeInterval: 4)
    try fault.begin(disk)
    try other.start()
    try LicenseUnmet.within(60, "the second node is told why: \(other.said)") {
      try (other.status()["sentence"] as? String ?? "").contains("its own state cannot be saved")
    }
    try LicenseUnmet.unless(try !other.isLicensed(), "a node is licensed whose seat was not saved")
    try LicenseUnmet.unless(
      judge.events("state-not-saved").contains { $0.message.contains(fault.words) }, "the operator does not say why")
    // Longer than a lease.
    Thread.sleep(forTimeInterval: 16)
    try LicenseUnmet.unless(try node.isLicensed() && node.standing == "licensed", "it lost its license: \(node.said)")
    try fault.end(disk)
    try other.await("licensed")
    for node in [node, other] { try LicenseUnmet.unless(try node.isLicensed(), "\(try node.status())") }
    for kind in ["clone-suspected", "fenced", "lease-expired"] {
      try LicenseUnmet.unless(judge.events(kind).isEmpty, "\(judge.events(kind))")
    }
    for node in [node, other] { node.end() }
    // It may be at a save, and who is killed then leaves that behind.
    try LicenseUnmet.within(20, "\(disk.files)") { !disk.files.contains("state.json.new") }
    judge.end()
  }

  private static func nodesDisk(_ fault: DiskFault, _ network: LicenseNetwork) throws {
    let judge = try network.licenseOperator("judge-\(fault)")
    try judge.start()
    let node = try network.node("\(fault)-node", operatorAt: judge.port)
    let disk = try LicenseDisk(at: node.state, log: network.folder.url.appendingPathComponent("disk-node-\(fault)"))
    node.use(disk)
    try node.enroll()
    try node.start()
    try node.await("licensed")
    Thread.sleep(forTimeInterval: 3)
    try fault.begin(disk)
    Thread.sleep(forTimeInterval: 9)
    try LicenseUnmet.unless(try node.isLicensed() && node.standing == "licensed", "it lost its license: \(node.said)")
    // The next session has a value to be kept.
    judge.end()
    try judge.start()
    try node.await("lease-lost")
    try LicenseUnmet.within(30, "it says why: \(node.said)") {
      try (node.status()["disconnection"] as? String ?? "").contains(fault.words)
    }
    // A person may try what persons try.
    node.end()
    try node.start()
    Thread.sleep(forTimeInterval: 12)
    try LicenseUnmet.unless(try !node.isLicensed(), "it is licensed with a value that it cannot keep")
    try fault.end(disk)
    try node.await("licensed", seconds: 120)
    try LicenseUnmet.within(20, "\(disk.files)") { !disk.files.contains("state.new") }
    for kind in ["clone-suspected", "fenced"] {
      try LicenseUnmet.unless(judge.events(kind).isEmpty, "\(judge.events(kind))")
    }
    node.end()
    judge.end()
  }

  private static func enrolment(_ fault: DiskFault, _ network: LicenseNetwork) throws {
    let node = try network.node("\(fault)-enrolment", operatorAt: 1)
    let disk = try LicenseDisk(at: node.state, log: network.folder.url.appendingPathComponent("disk-enrol-\(fault)"))
    node.use(disk)
    try fault.begin(disk)
    let attempt = try node.agent(["enroll"])
    try LicenseUnmet.unless(attempt.status == 3, "status \(attempt.status)")
    try LicenseUnmet.unless(
      attempt.errors.contains("pending.pem") && attempt.errors.contains(fault.words),
      "it does not say why: \(attempt.errors)")
    try LicenseUnmet.unless(disk.files == (fault == .full ? ["ballast"] : []), "it left \(disk.files)")
    try LicenseUnmet.unless(try network.certified()[node.nodeName] == nil, "OpenBao signed for a key that is not kept")
    try fault.end(disk)
    try node.enroll()
  }
}

import Foundation
import TestSupport
import Testing

extension LicenseFaultTests {
  @Test("two agents with one identity: one ends fenced and one licensed, an event says so, and so do both nodes")
  static func twins() async throws {
    try await withNetwork { network in
      let judge = try network.licenseOperator("operator")
      // The operator reads who has which TPM when it starts.
      let tpms = SoftwareTPM.isInstalled ? try ["tpm-older", "tpm-faster"].map { try registered($0, judge) } : []
      try judge.start()
      var cells = [
        Cell("a file key, the copy with an older state: the copy is fenced, the node stays licensed throughout") {
          try olderCopy("file-older", network, judge, nil)
        },
        Cell("a file key, the copy first: whoever comes second with that state is fenced, the other stays licensed") {
          try fasterCopy("file-faster", network, judge, nil)
        },
      ]
      if tpms.count == 2 {
        cells += [
          Cell("a TPM copied with the machine, the copy with an older state: the copy is fenced") {
            try olderCopy("tpm-older", network, judge, tpms[0])
          },
          Cell("a TPM copied with the machine, the copy first: whoever comes second is fenced") {
            try fasterCopy("tpm-faster", network, judge, tpms[1])
          },
        ]
      }
      try check(cells)
      // Nobody else's seat was in doubt, and no name has two seats.
      try LicenseUnmet.unless(Set(judge.events("fenced").map(\.node)).count == cells.count, judge.said)
      try LicenseUnmet.unless(try judge.seats().count == cells.count, "\(try judge.seats())")
    }
  }

  /// A TPM that the operator knows.
  static func registered(_ name: String, _ judge: LicenseOperatorProgram) throws -> SoftwareTPM {
    let tpm = try SoftwareTPM()
    let told = try Command([
      BuiltProgram.path("ll-tpm"), "identity", "--event-log", SimulatedDesk.eventLog, "--tcti", tpm.tcti, "--out",
      "\(judge.endorsementKeys)/\(name).json",
    ])
    try LicenseUnmet.unless(told.status == 0, told.errors)
    return tpm
  }

  /// A node that is licensed, and of which the operator knows that it has kept its ratchet value.
  static func licensed(
    _ name: String, _ network: LicenseNetwork, _ judge: LicenseOperatorProgram, _ tpm: SoftwareTPM?
  ) throws -> LicenseNode {
    let node = try network.node(name, operatorAt: judge.port, tcti: tpm?.tcti)
    try node.enroll()
    try node.start()
    try node.await("licensed")
    try LicenseUnmet.unless(try node.status()["assurance"] as? String == (tpm == nil ? "file-key" : "hardware-tpm"), "")
    Thread.sleep(forTimeInterval: 3)
    return node
  }

  /// Another machine with all that the node has on its disk and in its TPM now.
  private static func copy(
    of node: LicenseNode, _ name: String, _ network: LicenseNetwork, _ judge: LicenseOperatorProgram,
    _ tpm: SoftwareTPM?
  ) throws -> (LicenseNode, SoftwareTPM?) {
    var other: SoftwareTPM?
    if let tpm {
      let fresh = try SoftwareTPM()
      fresh.kill()
      let (from, to) = (tpm.folder.url, fresh.folder.url)
      try FileManager.default.removeItem(at: to.appendingPathComponent("state"))
      try FileManager.default.copyItem(
        at: from.appendingPathComponent("state"), to: to.appendingPathComponent("state"))
      try? FileManager.default.removeItem(at: to.appendingPathComponent("state/.lock"))
      try fresh.start()
      other = fresh
    }
    let twin = try network.node("\(name)-copy", operatorAt: judge.port, tcti: other?.tcti, twin: name)
    for file in node.files {
      try FileManager.default.copyItem(atPath: "\(node.state)/\(file)", toPath: "\(twin.state)/\(file)")
    }
    return (twin, other)
  }

  private static func olderCopy(
    _ name: String, _ network: LicenseNetwork, _ judge: LicenseOperatorProgram, _ tpm: SoftwareTPM?
  ) throws {
    let node = try licensed(name, network, judge, tpm)
    let (twin, _other) = try copy(of: node, name, network, judge, tpm)
    node.end()
    try node.start()
    try node.await("licensed")
    Thread.sleep(forTimeInterval: 3)
    let (epoch, proofs) = (try node.status()["epoch"] as? Int, judge.events("attested", node).count)
    for round in 1...2 {
      // A copy that is started again has not become another one.
      try twin.start()
      try twin.await("fenced")
      try LicenseUnmet.unless(
        judge.events("attested", node).count == proofs + 2 * round, "not both were challenged: \(judge.said)")
      try isSaid(judge, node, fenced: twin, times: round)
      twin.end()
    }
    try LicenseUnmet.unless(try node.isLicensed(), "the node lost its license to a copy")
    try LicenseUnmet.unless(try node.status()["epoch"] as? Int == epoch, "it needed another grant")
    let standings = node.said.components(separatedBy: "\"standing\":").count - 1
    try LicenseUnmet.unless(node.standing == "licensed" && standings <= 3, "it did not stay licensed: \(node.said)")
    withExtendedLifetime((tpm, _other)) { node.end() }
  }

  private static func fasterCopy(
    _ name: String, _ network: LicenseNetwork, _ judge: LicenseOperatorProgram, _ tpm: SoftwareTPM?
  ) throws {
    let node = try licensed(name, network, judge, tpm)
    let (twin, _other) = try copy(of: node, name, network, judge, tpm)
    try twin.start()
    try twin.await("licensed")
    try LicenseUnmet.within(30, "the node is told: \(node.said)") { node.said.contains("A newer session of this node") }
    Thread.sleep(forTimeInterval: 3)
    // As a person would, who finds it without a license.
    node.end()
    try node.start()
    try node.await("fenced")
    try isSaid(judge, node, fenced: node, times: 1)
    // The seat's lease is never two machines': it is by their own words, a lease later too.
    Thread.sleep(forTimeInterval: 9)
    try LicenseUnmet.unless(try twin.isLicensed(), "nobody holds the seat")
    try LicenseUnmet.unless(try !node.isLicensed(), "both hold the seat")
    withExtendedLifetime((tpm, _other)) {
      twin.end()
      node.end()
    }
  }

  /// The operator's events, the loser's status and its explanation have the same words.
  private static func isSaid(
    _ judge: LicenseOperatorProgram, _ node: LicenseNode, fenced loser: LicenseNode, times: Int
  ) throws {
    let words = "Two machines claim the seat of node \(node.nodeName): both hold its key, and of this one the ratchet"
    // The loser hears of it a moment before.
    try LicenseUnmet.within(20, judge.said) { judge.events("fenced", node).count >= times }
    let events = judge.events("fenced", node)
    try LicenseUnmet.unless(events.count == times && events.allSatisfy { $0.message.hasPrefix(words) }, judge.said)
    try LicenseUnmet.unless(
      judge.events("clone-suspected", node).last?.message.hasSuffix(
        "; the session that held the seat keeps it, the other is fenced.") ?? false, judge.said)
    let message = String(events.last?.message.dropLast() ?? "")
    let status = try loser.status()
    try LicenseUnmet.unless(
      status["licensed"] as? Bool == false && status["standing"] as? String == "fenced", "\(status)")
    for question in ["status", "explain"] {
      let answer = try loser.agent([question])
      let flat = answer.output.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
      try LicenseUnmet.unless(flat.contains(message), "\(question) does not say \(message): \(answer.output)")
    }
  }
}

import Foundation
import TestSupport
import Testing

extension LicenseFaultTests {
  /// An authority that nobody believes: the name for its files, and what it calls itself.
  private struct Foreign: Sendable {
    var name: String
    var commonName: String
  }

  @Test("an operator of another authority: no node heeds it, all say whose it is, and with their own all are licensed")
  static func foreignOperators() async throws {
    try await withNetwork { network in
      let judge = try network.licenseOperator("operator", "HeartbeatInterval=2\nLeaseDuration=20\n")
      try judge.start()
      let foreigners = [
        Foreign(name: "stranger", commonName: "stranger"), Foreign(name: "namesake", commonName: "platform"),
      ]
      let impostors = try foreigners.map { try impostor($0, network) }
      let cells = zip(foreigners, impostors).flatMap { foreign, impostor in
        [
          Cell("\(foreign.name), at the first dial: nothing is kept of it") {
            try foreignFirst(foreign, impostor.program, network, judge)
          },
          Cell("\(foreign.name), in the operator's place: the node keeps its grant, and its lease ends in its time") {
            try foreignLater(foreign, impostor.program, network, judge)
          },
        ]
      }
      try check(cells)
      for impostor in impostors {
        let believer = impostor.believer.nodeName
        try LicenseUnmet.unless(try Array(impostor.program.seats().keys) == [believer], impostor.program.said)
        try LicenseUnmet.unless(
          impostor.program.events("attested").allSatisfy { $0.node == believer }, impostor.program.said)
      }
      try LicenseUnmet.unless(try judge.seats().count == cells.count, "\(try judge.seats())")
      try isCalm(judge)
    }
  }

  /// An operator that is whole but for whose certificate it shows, and a node that believes it, and is licensed by it.
  private static func impostor(
    _ foreign: Foreign, _ network: LicenseNetwork
  ) throws -> (program: LicenseOperatorProgram, believer: LicenseNode) {
    try LicenseNetwork.authority(foreign.name, calledAs: foreign.commonName, in: network.folder)
    try LicenseNetwork.certify(
      "\(foreign.name)-operator", calledAs: "ll-operator", host: "operator.platform.example", by: foreign.name,
      in: network.folder)
    let program = try network.licenseOperator("impostor-\(foreign.name)", showing: "\(foreign.name)-operator")
    try program.start()
    let believer = try network.node("believer-\(foreign.name)", operatorAt: program.port, believing: foreign.name)
    try believer.enroll()
    try believer.start()
    try believer.await("licensed")
    believer.end()
    return (program, believer)
  }

  private static func words(_ foreign: Foreign) -> String {
    "whoever answered is not the operator: CN=ll-operator was issued by CN=\(foreign.commonName), "
      + "from which no way leads to an anchor: CN=platform"
  }

  private static func foreignFirst(
    _ foreign: Foreign, _ impostor: LicenseOperatorProgram, _ network: LicenseNetwork, _ judge: LicenseOperatorProgram
  ) throws {
    let relay = try LicenseRelay(to: impostor.port)
    let node = try network.node("first-\(foreign.name)", operatorAt: relay.port)
    try node.enroll()
    try node.start()
    try LicenseUnmet.within(60, "it says who answered: \(node.said)") {
      try node.status()["disconnection"] as? String == words(foreign)
    }
    let status = try node.status()
    try LicenseUnmet.unless(
      status["licensed"] as? Bool == false
        && ["connecting", "disconnected"].contains(status["standing"] as? String ?? ""), "\(status)")
    try node.tells(
      "status", ["Not licensed", "(\(words(foreign))).", "Compare Operator=, OperatorName= and OperatorAnchor="])
    try node.tells("explain", ["(\(words(foreign))).", "not connected to 127.0.0.1:\(relay.port) for"])
    try LicenseUnmet.unless(node.said.contains("session ended: \(words(foreign))"), node.said)
    // What it says at the door is not written down either.
    try LicenseUnmet.unless(
      node.keptGrant.isEmpty && node.kept["Epoch"] == "0" && node.kept["Ratchet"] == nil, "it keeps \(node.kept)")
    relay.lead(to: judge.port)
    try node.await("licensed", seconds: 120)
    try LicenseUnmet.unless(try node.isLicensed() && judge.seats()[node.nodeName] != nil, judge.said)
    node.end()
  }

  private static func foreignLater(
    _ foreign: Foreign, _ impostor: LicenseOperatorProgram, _ network: LicenseNetwork, _ judge: LicenseOperatorProgram
  ) throws {
    let relay = try LicenseRelay(to: judge.port)
    let node = try network.node("later-\(foreign.name)", operatorAt: relay.port)
    try node.enroll()
    try node.start()
    try node.await("licensed")
    // Its first heartbeats: what is kept by then stays.
    Thread.sleep(forTimeInterval: 3)
    let (epoch, ratchet, grant) = (try node.status()["epoch"] as? Int, node.kept["Ratchet"], node.keptGrant)
    try LicenseUnmet.unless(epoch != nil && ratchet != nil && !grant.isEmpty, "it keeps \(node.kept)")
    relay.lead(to: impostor.port)
    // A lease is a promise: it goes on, and what happened is said meanwhile.
    try LicenseUnmet.within(15, "it is licensed, and says who answered: \(node.said)") {
      let status = try node.status()
      return status["licensed"] as? Bool == true && status["disconnection"] as? String == words(foreign)
    }
    try node.await("lease-lost", seconds: 60)
    try LicenseUnmet.unless(try !node.isLicensed(), "\(try node.status())")
    let lost = "the lease expired (\(words(foreign))). The seat is kept: the grant lasts"
    for question in ["status", "explain"] { try node.tells(question, ["Not licensed since", lost]) }
    try LicenseUnmet.within(20, "the operator misses it: \(judge.said)") {
      !judge.events("lease-expired", node).isEmpty
    }
    try LicenseUnmet.unless(node.keptGrant == grant && node.kept["Ratchet"] == ratchet, "it keeps \(node.kept)")
    relay.lead(to: judge.port)
    try node.await("licensed", seconds: 120)
    try LicenseUnmet.unless(
      try node.status()["epoch"] as? Int == epoch && node.keptGrant == grant, "it needed another grant: \(judge.said)")
    try LicenseUnmet.within(20, "its taint goes: \(judge.said)") { !judge.events("lease-restored", node).isEmpty }
    node.end()
  }

  @Test("a node's certificate of another authority: the operator says why nobody is let in by it; the right one is")
  static func foreignNodes() async throws {
    try await withNetwork { network in
      let judge = try network.licenseOperator("operator")
      try judge.start()
      let foreigners = [
        Foreign(name: "stranger", commonName: "stranger"), Foreign(name: "namesake", commonName: "org-acme"),
      ]
      for foreign in foreigners {
        try LicenseNetwork.authority(foreign.name, calledAs: foreign.commonName, in: network.folder)
      }
      let cells = foreigners.flatMap { foreign in
        [
          Cell("\(foreign.name), before any license: no seat is taken, and nothing is kept") {
            try foreignCertificate(foreign, before: true, network, judge)
          },
          Cell("\(foreign.name), for the key of a licensed node: the lease ends, the seat and the grant stay") {
            try foreignCertificate(foreign, before: false, network, judge)
          },
        ]
      }
      try check(cells)
      try LicenseUnmet.unless(try judge.seats().count == cells.count, "\(try judge.seats())")
      try isCalm(judge)
    }
  }

  private static func foreignCertificate(
    _ foreign: Foreign, before isBefore: Bool, _ network: LicenseNetwork, _ judge: LicenseOperatorProgram
  ) throws {
    let name = "\(isBefore ? "never" : "once")-\(foreign.name)"
    let node: LicenseNode
    if isBefore {
      node = try network.node(name, operatorAt: judge.port)
      try node.enroll()
    } else {
      node = try licensed(name, network, judge, nil)
      node.end()
    }
    let (epoch, ratchet, grant) = (node.kept["Epoch"], node.kept["Ratchet"], node.keptGrant)
    try LicenseUnmet.unless(grant.isEmpty == isBefore && ((epoch ?? "0") == "0") == isBefore, "\(node.kept)")
    let file = "\(node.state)/\(isBefore ? "next" : "current").pem"
    let right = try Data(contentsOf: URL(fileURLWithPath: file))
    // The node's own key, its own name: only whose signature it is differs.
    guard let key = node.files.first(where: { $0.hasPrefix("key-") }) else {
      throw LicenseUnmet(description: "it has no key: \(node.files)")
    }
    try LicenseNetwork.certify(
      name, calledAs: node.nodeName, host: node.nodeName, key: "\(node.state)/\(key)", by: foreign.name,
      in: network.folder)
    try Data(contentsOf: URL(fileURLWithPath: network.path("\(name).pem"))).write(to: URL(fileURLWithPath: file))
    let attested = judge.events("attested", node).count
    try node.start()
    let words =
      foreign.commonName == "org-acme"
      ? "\(node.nodeName) was signed by another key than the one of the org-acme given here"
      : "\(node.nodeName) was issued by \(foreign.commonName), from which no way leads to an anchor: "
        + "no anchor is \(foreign.commonName): they are org-acme"
    try LicenseUnmet.within(60, "the operator says why it is not let in: \(judge.said)") {
      judge.events("handshake-refused", node).contains { $0.message == words }
    }
    // TLS tells a client that it is refused, and not why: the node says what it saw, and takes nobody for an impostor.
    try LicenseUnmet.within(60, "it says that it is not let in: \(node.said)") {
      try !(node.status()["disconnection"] as? String ?? "").isEmpty
    }
    if !isBefore {
      try LicenseUnmet.within(60, "the operator misses it: \(judge.said)") {
        !judge.events("lease-expired", node).isEmpty
      }
    }
    let status = try node.status()
    let said = status["disconnection"] as? String ?? ""
    try LicenseUnmet.unless(
      status["licensed"] as? Bool == false && !said.isEmpty && !said.contains("is not the operator")
        && (status["sentence"] as? String ?? "").contains("(\(said.prefix(60))"), "\(status)")
    let standings = isBefore ? ["connecting", "disconnected"] : ["awaiting-lease"]
    try LicenseUnmet.unless(standings.contains(status["standing"] as? String ?? ""), "\(status)")
    try node.tells("status", ["Not licensed", "Check that the operator runs and that this node reaches it"])
    try node.tells("explain", ["Not licensed", "not connected to 127.0.0.1:\(judge.port) for"])
    try LicenseUnmet.unless(judge.events("attested", node).count == attested, judge.said)
    try LicenseUnmet.unless(try (judge.seats()[node.nodeName] == nil) == isBefore, "\(try judge.seats())")
    try LicenseUnmet.unless(
      node.keptGrant == grant && node.kept["Ratchet"] == ratchet && node.kept["Epoch"] == epoch ?? "0",
      "it keeps \(node.kept)")
    node.end()
    try right.write(to: URL(fileURLWithPath: file))
    try node.start()
    try node.await("licensed")
    try LicenseUnmet.unless(
      try node.isLicensed() && (isBefore || node.keptGrant == grant), "it needed another grant: \(judge.said)")
    node.end()
  }

  /// Nobody was taken for a clone.
  private static func isCalm(_ judge: LicenseOperatorProgram) throws {
    for kind in ["clone-suspected", "fenced"] {
      try LicenseUnmet.unless(judge.events(kind).isEmpty, "\(judge.events(kind))")
    }
  }
}

import Foundation
import TestSupport
import Testing

extension LicenseFaultTests {
  @Test("a slow, silent or broken network: nobody hangs, nobody is licensed wrongly, and all recover unaided")
  static func network() async throws {
    try await withNetwork { network in
      let judge = try network.licenseOperator("operator")
      try judge.start()
      // What a first session that is not disturbed takes.
      let calm = try LicenseRelay(to: judge.port)
      let first = try network.node("calm", operatorAt: calm.port)
      try first.enroll()
      try first.start()
      try first.await("licensed")
      let whole = calm.seen.serversBytes
      try LicenseUnmet.unless(whole > 2000, "a session of \(whole) bytes")
      first.end()

      try check([
        Cell("OpenBao behind a byte per second: the attempt ends in time, says so, and the same agent recovers") {
          try slowOpenBao(.bytePerSecond, "slow-openbao", network, judge)
        },
        Cell("OpenBao takes the connection and never answers: the same") {
          try slowOpenBao(.held, "silent-openbao", network, judge)
        },
        Cell("the operator behind a byte per second: the dial ends in time, says so, and the agent recovers") {
          try slowDial(.bytePerSecond, "slow-operator", network, judge)
        },
        Cell("the operator takes the connection and never answers: the same") {
          try slowDial(.held, "silent-operator", network, judge)
        },
        Cell("a licensed node's way becomes a byte per second: its lease ends no later than the operator says so") {
          try slowLater(network, judge)
        },
        Cell("reset in the middle of a frame, in the handshake and after it: dialled again, and taken for no clone") {
          // All over it: in the handshake, in HTTP/2's settings, in the operator's messages.
          let counts = [300, whole / 3, whole * 2 / 3, whole - 400, whole - 150]
          try resets(counts, "reset", network, judge)
        },
        Cell("a node that comes back is cut off before its first heartbeat is answered: it keeps its seat and grant") {
          try cutOnReturn(network)
        },
        Cell("a stream that goes silent is left for another; what it said late changes nothing") {
          try lateWords(network, judge)
        },
      ])
      for kind in ["clone-suspected", "fenced"] {
        try LicenseUnmet.unless(judge.events(kind).isEmpty, "\(judge.events(kind))")
      }
    }
  }

  private static func slowOpenBao(
    _ way: LicenseRelay.Way, _ name: String, _ network: LicenseNetwork, _ judge: LicenseOperatorProgram
  ) throws {
    let relay = try LicenseRelay(to: network.openBaoPort, way)
    let node = try network.node(name, operatorAt: judge.port, openBaoAt: relay.port)
    let began = Date()
    let attempt = try node.agent(["enroll"])
    // 10 s for one server, whatever it does; the rest is a busy machine's.
    try LicenseUnmet.unless(Date().timeIntervalSince(began) < 45, "it took \(Date().timeIntervalSince(began)) s")
    try LicenseUnmet.unless(attempt.status == 3, "status \(attempt.status)")
    try LicenseUnmet.unless(
      attempt.errors.contains("OpenBao did not answer in time"), "it does not say what is slow: \(attempt.errors)")
    try node.start()
    try LicenseUnmet.within(60, "the agent says what is slow: \(node.said)") {
      node.said.contains("OpenBao did not answer in time")
    }
    try LicenseUnmet.unless(
      (try node.status()["fault"] as? String ?? "").contains("OpenBao did not answer in time"),
      "its status does not say what is slow: \(try node.status())")
    relay.become(.open)
    try node.await("licensed", seconds: 120)
    try LicenseUnmet.unless(judge.seats()[node.nodeName] != nil, "it has no seat")
    node.end()
  }

  private static func slowDial(
    _ way: LicenseRelay.Way, _ name: String, _ network: LicenseNetwork, _ judge: LicenseOperatorProgram
  ) throws {
    let relay = try LicenseRelay(to: judge.port, way)
    let node = try network.node(name, operatorAt: relay.port)
    try node.enroll()
    try node.start()
    try LicenseUnmet.within(60, "the dial ends: \(node.said)") { node.said.contains("no connection within 20 s") }
    let status = try node.status()
    try LicenseUnmet.unless(status["licensed"] as? Bool == false, "\(status)")
    try LicenseUnmet.unless(
      (status["disconnection"] as? String ?? "").contains("no connection within 20 s"), "it does not say why: \(status)"
    )
    relay.become(.open)
    try node.await("licensed", seconds: 120)
    node.end()
  }

  private static func slowLater(_ network: LicenseNetwork, _ judge: LicenseOperatorProgram) throws {
    let relay = try LicenseRelay(to: judge.port)
    let node = try network.node("slow-later", operatorAt: relay.port)
    try node.enroll()
    try node.start()
    try node.await("licensed")
    relay.become(.bytePerSecond)
    try LicenseUnmet.within(60, "the operator misses the node: \(judge.said)") {
      !judge.events("lease-expired", node).isEmpty
    }
    // Not what it said last: what it holds to be true now.
    try LicenseUnmet.unless(try !node.isLicensed(), "it is licensed by its own word, and its taint is wanted")
    try node.await("lease-lost", seconds: 10)
    try LicenseUnmet.unless(node.said.contains("the operator stopped acknowledging heartbeats"), node.said)
    relay.become(.open)
    try node.await("licensed", seconds: 120)
    try LicenseUnmet.within(20, "its taint goes") { !judge.events("lease-restored", node).isEmpty }
    node.end()
  }

  private static func resets(
    _ counts: [Int], _ name: String, _ network: LicenseNetwork, _ judge: LicenseOperatorProgram
  ) throws {
    let relay = try LicenseRelay(to: judge.port)
    let node = try network.node(name, operatorAt: relay.port)
    try node.enroll()
    relay.cut(afterServersBytes: counts)
    try node.start()
    try LicenseUnmet.within(120, "every dial is cut: \(relay.cutsLeft) are left: \(node.said)") { relay.cutsLeft == 0 }
    try node.await("licensed", seconds: 120)
    try LicenseUnmet.unless(relay.seen.connections > counts.count, "it was licensed by a connection that was cut")
    try LicenseUnmet.unless(
      try judge.seats()[node.nodeName]?["epoch"] as? Int == (try node.status()["epoch"] as? Int), "")
    node.end()
  }

  private static func cutOnReturn(_ network: LicenseNetwork) throws {
    // It may be asked for its keys again, and that is said: not at the others' operator.
    let judge = try network.licenseOperator("cutting")
    try judge.start()
    let relay = try LicenseRelay(to: judge.port)
    let node = try network.node("cut-off", operatorAt: relay.port)
    try node.enroll()
    try node.start()
    try node.await("licensed")
    Thread.sleep(forTimeInterval: 3)
    node.end()
    try node.start()
    try node.await("licensed")
    // To the first heartbeat's answer.
    let whole = relay.seen.serversBytes
    Thread.sleep(forTimeInterval: 3)
    let epoch = try node.status()["epoch"] as? Int
    node.end()
    // Started again for each, so that none waits for the one before: in Welcome, in answers to heartbeats, between them.
    for count in stride(from: whole - 40, through: whole - 900, by: -70) {
      let before = relay.seen.connections
      relay.cut(afterServersBytes: [count])
      try node.start()
      try LicenseUnmet.within(60, "a dial is cut: \(node.said)") {
        relay.seen.connections > before && node.said.contains("session ended")
      }
      node.end()
    }
    try node.start()
    try node.await("licensed", seconds: 120)
    try LicenseUnmet.unless(judge.events("fenced").isEmpty, judge.said)
    // What was promised holds: it needed no other grant.
    try LicenseUnmet.unless(
      try epoch != nil && node.status()["epoch"] as? Int == epoch, "its grant was taken away: \(judge.said)")
    try LicenseUnmet.unless(try judge.seats().count == 1, "\(try judge.seats())")
    node.end()
    judge.end()
  }

  /// Both orders: the agent's old words after its new ones, and the operator's old words after a new operator's.
  private static func lateWords(_ network: LicenseNetwork, _ judge: LicenseOperatorProgram) throws {
    // An operator of its own: the others' is not to be killed.
    let judge = try network.licenseOperator("restarted")
    try judge.start()
    let relay = try LicenseRelay(to: judge.port)
    let node = try network.node("late", operatorAt: relay.port)
    try node.enroll()
    try node.start()
    try node.await("licensed")
    for isRestart in [false, true] {
      let old = relay.holdConnections()
      if isRestart {
        judge.end()
        try judge.start()
      }
      let sessions = relay.seen.connections
      try LicenseUnmet.within(60, "it dials again: \(node.said)") { relay.seen.connections > sessions }
      // By a lease that only the new session can have given, so that nothing more is to be said in it: when the old one
      // was left, it had been silent for most of a lease.
      try LicenseUnmet.within(60, "it is heard again: \(node.said)") {
        let status = try node.status()
        return node.standing == "licensed" && status["connection"] as? String == "connected"
          && (status["leaseSeconds"] as? Int ?? 0) >= 5
      }
      let before = (said: node.said, events: judge.said)
      for connection in old { connection.become(.open) }
      Thread.sleep(forTimeInterval: 5)
      try LicenseUnmet.unless(node.said == before.said, "late words changed something: \(node.said)")
      try LicenseUnmet.unless(judge.said == before.events, "late words changed something: \(judge.said)")
      try LicenseUnmet.unless(try node.isLicensed(), "it is not licensed any more")
    }
    try LicenseUnmet.unless(judge.events("clone-suspected").isEmpty, judge.said)
    try LicenseUnmet.unless(try judge.seats().count == 1, "\(try judge.seats())")
    node.end()
    judge.end()
  }
}

import Foundation
import LicenseProtocol
import TestSupport
import Testing

extension LicenseFaultTests {
  @Test("forged grants: refused in words, kept nowhere, and taking nothing from a license that there is")
  static func forgedGrants() async throws {
    try await withNetwork { network in
      let judge = try network.licenseOperator("operator")
      try judge.start()
      // With it the key server has answered: from now on nobody is refused for want of an entitlement.
      let other = try network.node("other", operatorAt: judge.port)
      try other.enroll()
      try other.start()
      try other.await("licensed")
      try LicenseNetwork.certify(
        "second-operator", calledAs: "ll-operator", host: "operator.platform.example", by: "platform",
        in: network.folder)
      let cells = [
        Cell("a node without a license gets none by any of them, and the operator's lease alone licenses nobody") {
          try forgedFirst(network, judge, other)
        },
        Cell("a licensed node keeps the grant that it has, and none of them prolongs it") {
          try forgedLater(network, judge, other)
        },
        Cell("the operator's own grant before the Welcome of a session: the session ends, and nothing is kept") {
          try forgedBeforeWelcome(network, judge)
        },
        Cell("somebody between with another certificate of the right authority: the operator attests nobody there") {
          try otherBinding(network, judge)
        },
      ]
      try check(cells)
      try LicenseUnmet.unless(try other.isLicensed(), "the node whose grant was passed around lost its license")
      try LicenseUnmet.unless(try judge.seats().count == cells.count + 1, "\(try judge.seats())")
      for kind in ["clone-suspected", "fenced"] {
        try LicenseUnmet.unless(judge.events(kind).isEmpty, "\(judge.events(kind))")
      }
    }
  }

  /// A node that has enrolled, and its way to the operator, which leads by a forger.
  private static func led(
    _ name: String, _ network: LicenseNetwork, _ judge: LicenseOperatorProgram,
    showing certificate: String = "ll-operator"
  ) throws -> (LicenseNode, LicenseForger, LicenseRelay) {
    let port = try FreePort.take()
    let relay = try LicenseRelay(to: port)
    let node = try network.node(name, operatorAt: relay.port)
    try node.enroll()
    let forger = try LicenseForger(at: port, between: node, andOperatorAt: judge.port, network, showing: certificate)
    return (node, forger, relay)
  }

  private static func forgedFirst(
    _ network: LicenseNetwork, _ judge: LicenseOperatorProgram, _ other: LicenseNode
  ) throws {
    let (node, forger, relay) = try led("forged-first", network, judge)
    defer { forger.end() }
    try node.start()
    try LicenseUnmet.within(60, "the operator grants: \(judge.said)\n\(node.said)") { forger.grants.count == 1 }
    // For the operator it is licensed, and by its acknowledgements the node knows of a lease.
    try LicenseUnmet.within(20, "it is licensed for the operator: \(judge.said)") {
      !judge.events("licensed", node).isEmpty
    }
    try LicenseUnmet.within(20, "it has a lease: \(node.said)") {
      try (node.status()["leaseSeconds"] as? Int ?? 0) > 0
    }
    let forgeries = try LicenseForgery.all(
      of: forger.grants[0], besides: other.grant(), of: other.nodeName, operatorsKey: judge.readGrantKey())
    for forgery in forgeries {
      forger.handOut(forgery.grant)
      let words = "the operator's grant \(forgery.words)."
      try LicenseUnmet.within(20, "\(forgery.what): it says \(words) \(node.said)") {
        try (node.status()["sentence"] as? String ?? "").hasSuffix(words)
      }
      let status = try node.status()
      try LicenseUnmet.unless(
        status["licensed"] as? Bool == false && status["standing"] as? String == "grant-refused"
          && status["failedCheck"] as? String == "grant", "\(forgery.what): \(status)")
      try node.tells("status", ["Not licensed since", words, "Check which operator this node talks to"])
      try node.tells("explain", [words, "FAILED grant"])
      try isUntouched(node, forgery.what)
    }
    // Nor does another start of the agent find anything.
    node.end()
    let left = try node.status()["sentence"] as? String
    try LicenseUnmet.unless(
      left == "The agent is not running, and it left no grant behind that still holds.", "it left: \(left ?? "")")
    relay.lead(to: judge.port)
    try node.start()
    try node.await("licensed")
    try agree(node, judge)
    node.end()
  }

  private static func forgedLater(
    _ network: LicenseNetwork, _ judge: LicenseOperatorProgram, _ other: LicenseNode
  ) throws {
    let (node, forger, relay) = try led("forged-later", network, judge)
    defer { forger.end() }
    try node.start()
    try LicenseUnmet.within(60, "the operator grants: \(judge.said)\n\(node.said)") { forger.grants.count == 1 }
    try LicenseUnmet.unless(try !node.isLicensed(), "it is licensed by a grant that it was not given")
    forger.hangUp()
    try LicenseUnmet.within(60, "another session, another grant: \(node.said)") { forger.grants.count == 2 }
    let (earlier, genuine) = (forger.grants[0], forger.grants[1])
    // By the same hand: what is refused below is not refused for how it came.
    forger.handOut(genuine)
    try node.await("licensed", seconds: 30)
    try LicenseUnmet.unless(try node.grant() == genuine, "it keeps another grant: \(node.kept)")
    let (kept, seconds) = (node.keptGrant, try node.status()["grantSeconds"] as? Int ?? 0)
    let key = try judge.readGrantKey()
    let forgeries =
      try LicenseForgery.replays(of: earlier, after: genuine, operatorsKey: key)
      + LicenseForgery.all(of: genuine, besides: other.grant(), of: other.nodeName, operatorsKey: key)
    for forgery in forgeries {
      forger.handOut(forgery.grant)
      let words = "Its newest grant \(forgery.words)."
      try LicenseUnmet.within(20, "\(forgery.what): it says \(words) \(node.said)") {
        try (node.status()["sentence"] as? String ?? "").hasSuffix(words)
      }
      let status = try node.status()
      try LicenseUnmet.unless(
        status["licensed"] as? Bool == true && status["standing"] as? String == "licensed"
          && (status["grantSeconds"] as? Int ?? .max) <= seconds, "\(forgery.what): \(status)")
      for question in ["status", "explain"] {
        try node.tells(question, ["Licensed since", words, "Check which operator this node talks to"])
      }
      try LicenseUnmet.unless(
        node.keptGrant == kept && node.kept["Epoch"] == "2", "\(forgery.what): it keeps \(node.kept)")
      // The grant that it holds, once more: nothing new, and the words go.
      forger.handOut(genuine)
      try LicenseUnmet.within(20, "\(forgery.what): it takes the words back: \(node.said)") {
        try !(node.status()["sentence"] as? String ?? "").contains("Its newest grant")
      }
    }
    try LicenseUnmet.unless(node.standing == "licensed", "it did not stay licensed: \(node.said)")
    let sessions = relay.seen.connections
    relay.lead(to: judge.port)
    try LicenseUnmet.within(60, "it is heard by its operator: \(node.said)") {
      try relay.seen.connections > sessions && node.status()["connection"] as? String == "connected"
    }
    try LicenseUnmet.within(30, "its lease lives: \(node.said)") { try node.isLicensed() }
    // What it held is what the operator granted last: it needed no other.
    try LicenseUnmet.unless(node.keptGrant == kept && judge.events("licensed", node).count == 2, judge.said)
    try agree(node, judge)
    node.end()
  }

  private static func forgedBeforeWelcome(_ network: LicenseNetwork, _ judge: LicenseOperatorProgram) throws {
    let (node, forger, relay) = try led("forged-early", network, judge)
    defer { forger.end() }
    try node.start()
    try LicenseUnmet.within(60, "the operator grants: \(judge.said)\n\(node.said)") { forger.grants.count == 1 }
    let ratchet = node.kept["Ratchet"]
    forger.greet(with: forger.grants[0])
    forger.hangUp()
    let words = "the operator cannot be understood: it spoke before its Welcome"
    try LicenseUnmet.within(60, "it says why it left: \(node.said)") {
      try node.status()["disconnection"] as? String == words
    }
    try LicenseUnmet.unless(try !node.isLicensed(), "\(try node.status())")
    for question in ["status", "explain"] { try node.tells(question, ["Not licensed", "(\(words))."]) }
    try isUntouched(node, "before the Welcome")
    try LicenseUnmet.unless(ratchet != nil && node.kept["Ratchet"] == ratchet, "\(node.kept)")
    relay.lead(to: judge.port)
    try node.await("licensed", seconds: 120)
    try agree(node, judge)
    node.end()
  }

  private static func otherBinding(_ network: LicenseNetwork, _ judge: LicenseOperatorProgram) throws {
    let (node, forger, relay) = try led("other-binding", network, judge, showing: "second-operator")
    defer { forger.end() }
    try node.start()
    try node.await("refused")
    let words =
      "The attestation of this node's keys failed: the signature is not the offered key's over this challenge."
    try LicenseUnmet.within(20, judge.said) { judge.events("refused", node).map(\.message) == [words] }
    let status = try node.status()
    try LicenseUnmet.unless(
      status["licensed"] as? Bool == false && status["failedCheck"] as? String == "attestation", "\(status)")
    for question in ["status", "explain"] { try node.tells(question, ["Not licensed since", words]) }
    try isUntouched(node, "another binding")
    try LicenseUnmet.unless(try forger.grants.isEmpty && judge.seats()[node.nodeName] == nil, judge.said)
    // It was asked to wait a minute; a person need not.
    node.end()
    relay.lead(to: judge.port)
    try node.start()
    try node.await("licensed")
    try agree(node, judge)
    node.end()
  }

  /// It keeps no grant, and believes to have had none.
  private static func isUntouched(_ node: LicenseNode, _ what: String) throws {
    try LicenseUnmet.unless(node.keptGrant.isEmpty && node.kept["Epoch"] == "0", "\(what): it keeps \(node.kept)")
  }

  /// The node's own word, its disk and the operator's are the same.
  private static func agree(_ node: LicenseNode, _ judge: LicenseOperatorProgram) throws {
    let epochs = (
      try node.status()["epoch"] as? Int, Int(node.kept["Epoch"] ?? ""),
      try judge.seats()[node.nodeName]?["epoch"] as? Int
    )
    try LicenseUnmet.unless(
      try node.isLicensed() && epochs.0 != nil && epochs.0 == epochs.1 && epochs.0 == epochs.2, "epochs \(epochs)")
    try LicenseUnmet.unless(!node.keptGrant.isEmpty, "it keeps no grant: \(node.kept)")
  }
}

/// The words for a license's standing: one sentence that says licensed or not, since when, which check failed and how much
/// time is left, and one that says what to do.
extension LicenseStatus {
  /// Licensed or not, since when, what failed, how much time is left.
  public var sentence: String {
    switch standing {
    case .licensed: licensedSentence(withLease: true)
    case .disconnected: "\(notLicensed): the operator was not reached\(cause)."
    case .connecting: "\(notLicensed): the operator is being dialled\(cause)."
    case .attesting: "\(notLicensed): the operator is attesting this node's keys."
    case .awaitingGrant: "\(notLicensed): the operator has not decided yet."
    case .awaitingLease: "\(notLicensed): the operator has not been heard since the agent's start\(cause).\(seat)"
    case .leaseLost: "\(notLicensed): the lease expired\(cause).\(seat)"
    case .expired: "\(notLicensed): the grant ran out\(cause)."
    case .refused(let refusal): "\(notLicensed), \(refusal.reason.name): \(LicenseStatus.closed(refusal.message))"
    case .fenced(let fenced):
      "\(notLicensed), fenced (\(fenced.reason.name)): \(LicenseStatus.closed(fenced.message))"
    case .grantRefused(let fault): "\(notLicensed): the operator's grant \(fault.words)."
    }
  }

  /// As ``sentence``, for who is told whenever it changes: without what is left of the lease while the operator is there to renew it,
  /// for that counts seconds.
  public var line: String {
    standing == .licensed && connection == .connected ? licensedSentence(withLease: false) : sentence
  }

  /// What a person is to do; empty where nothing is.
  public var advice: String {
    switch standing {
    case .licensed: licensedAdvice
    case .disconnected, .connecting, .awaitingLease, .leaseLost, .expired:
      connection == .connected
        ? "Nothing to do here unless it lasts: the operator answers."
        : "Check that the operator runs and that this node reaches it; `ll-agent check` tests the way. "
          + "What runs on this node is left alone."
    case .attesting, .awaitingGrant:
      "Nothing to do here unless it lasts longer than a minute; then see the operator's log."
    case .refused(let refusal): refusal.reason.advice
    case .fenced(let fenced): fenced.reason.advice
    case .grantRefused: "Check which operator this node talks to, and see that operator's log."
    }
  }

  private var notLicensed: String { "Not licensed" + sinceWords }

  private var sinceWords: String { since.map { " since \($0.words)" } ?? " for \(age.words)" }

  private var cause: String { disconnection.map { " (\($0))" } ?? "" }

  private var seat: String { grantRemaining.map { " The seat is kept: the grant lasts \($0.words)." } ?? "" }

  private func licensedSentence(withLease: Bool) -> String {
    var text = "Licensed\(sinceWords)"
    if let grant { text += " by \(grant.organisation), mode \(grant.mode.name), \(grant.assurance.words)" }
    text += ": the grant lasts \((grantRemaining ?? .zero).words)"
    text += withLease ? ", the lease \((leaseRemaining ?? .zero).words)." : "."
    if let graceRemaining {
      text += " The operator cannot reach its key server and goes on granting for \(graceRemaining.words)."
    }
    if connection != .connected {
      text += " The operator has been out of reach for \(connectionAge.words)\(cause)."
    }
    if let refusal { text += " It refuses more, \(refusal.reason.name): \(LicenseStatus.closed(refusal.message))" }
    if let grantFault { text += " Its newest grant \(grantFault.words)." }
    return text
  }

  private var licensedAdvice: String {
    if let refusal { return refusal.reason.advice }
    if grantFault != nil { return "Check which operator this node talks to, and see that operator's log." }
    if connection != .connected {
      return "Check that the operator runs and that this node reaches it, before the lease ends."
    }
    if graceRemaining != nil {
      return "Nothing to do on this node: whoever runs the operator restores its way to the key server in time."
    }
    return ""
  }

  /// Words from the wire as the end of a sentence: one line, and a full stop.
  static func closed(_ words: String) -> String {
    let line = String(words.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    if line.isEmpty { return "the operator gave no reason." }
    return line.hasSuffix(".") ? line : line + "."
  }
}

extension Lowlayer_Agent_V1_Reason {
  /// What a person is to do about it.
  public var advice: String {
    switch self {
    case .unspecified, .UNRECOGNIZED: "See the operator's log."
    case .protocolVersion, .requiredFeature: "Upgrade the older of agent and operator."
    case .malformed: "This is a defect of the agent: see the operator's log, and report it with the agent's version."
    case .identity: "Check the agent's service account token, or the role that its certificate was issued by."
    case .organisationUnknown: "Have the operator told of this organisation's issuer, or enrol with the right one."
    case .certificateRevoked:
      "If this node is to stay, enrol it again: `systemctl stop ll-agent`, `ll-agent enroll --renew`, "
        + "`systemctl start ll-agent`."
    case .attestation: "Compare `ll-tpm identity` of this node with what the operator has registered."
    case .assuranceLowered: "If this node is to do without its TPM, consent to it at the operator; else see to the TPM."
    case .endorsementKeyBound: "If this TPM has moved to another node, release the old node's seat at the operator."
    case .noSeat:
      "Remove a node of this organisation, or have the limit raised; a seat that comes free is given at once."
    case .noEntitlement: "Whoever runs the operator renews the entitlement at the key server."
    case .nativeMode: "Nothing: this organisation runs without agents, and its nodes are not tainted. Remove the agent."
    case .clone: "Find the other machine that carries this node's identity, retire one, and enrol it anew."
    case .replaced: "Nothing, unless two agents run on this node: a newer session took this one's place."
    case .unavailable: "Nothing on this node: see that the operator reaches its cluster's API and can write its state."
    }
  }
}

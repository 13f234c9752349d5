import LicenseProtocol

extension AgentStatus {
  /// The license in one sentence, as the operator puts it too; of a stopped agent, what it left behind.
  public var sentence: String {
    guard isRunning else { return Words.of(remembrance) }
    return Words.of(license.sentence)
  }

  /// The same for who is told whenever it changes, such as systemd: what counts down in seconds is in it only where nobody renews it.
  public var line: String { isRunning ? Words.of(license.line) : sentence }

  /// What a person is to do; empty where nothing is.
  public var advice: String {
    guard isRunning else {
      return "`systemctl start ll-agent` starts it, and `journalctl -u ll-agent` says how it ended. \(Self.peace)"
    }
    let license = license
    if license.connection != .connected, license.refusal == nil, license.grantFault == nil,
      let lastEnd = session.lastEnd
    {
      switch lastEnd {
      case .unable:
        return "The operator is not to blame: what this node has to show is missing, or cannot be kept. "
          + "`ll-agent check` tests disk, TPM and OpenBao. \(Self.peace)"
      case .unverified:
        return "Compare Operator=, OperatorName= and OperatorAnchor= in the settings' [Agent] with the certificate of "
          + "whoever listens there, and this node's clock with a right one; `ll-agent check` tests both. \(Self.peace)"
      case .incompatible: return "Upgrade the older of agent and operator. \(Self.peace)"
      case .lost, .left, .renewed, .resettled, .stopped: break
      }
    }
    guard license.isLicensed, let fault else { return license.advice }
    // Whoever is licensed now hears of what will end it.
    return ["\(Words.of(fault)).", license.advice].filter { !$0.isEmpty }.joined(separator: " ")
  }

  private static let peace = "What runs on this node is left alone."

  private var remembrance: String {
    let license = license
    guard let grant = license.grant, let left = license.grantRemaining, left > .zero else {
      return "The agent is not running, and it left no grant behind that still holds."
    }
    return
      "The agent is not running. The grant that it left behind, by \(grant.organisation), lasts \(left.words), and "
      + "nobody renews the lease."
  }
}

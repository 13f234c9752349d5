public import Diagnostics
public import LicenseProtocol

extension AgentStatus {
  /// The license as people are shown it.
  public var license: LicenseStatus { session.license.status(at: time) }

  /// One of the checks that `explain` shows.
  struct Check: Hashable {
    var name: String
    /// `passed`, `failed`, `pending` or `not-reached`.
    var outcome: String
    /// Why, where it is not said by the sentence already.
    var words: String
  }

  /// What has to hold for a license, in the order in which each relies on the one before: the agent, its certificate,
  /// and the license's own checks.
  var checks: [Check] {
    let license = license
    let own = [
      Check(
        name: "agent", outcome: isRunning ? "passed" : "failed",
        words: isRunning ? "it runs, version \(version)" : "it does not run: systemctl start ll-agent"),
      certificateCheck,
    ]
    return own
      + license.checks.map { check, outcome in
        Check(name: check.rawValue, outcome: outcome.rawValue, words: words(of: check, outcome, license))
      }
  }

  private func words(of check: LicenseCheck, _ outcome: LicenseCheck.Outcome, _ license: LicenseStatus) -> String {
    switch check {
    // Nobody has counted since.
    case .connection where !isRunning: return "not connected to \(licenseOperator)"
    case .connection:
      let state = license.connection == .connected ? "connected to" : "not connected to"
      return "\(state) \(licenseOperator) for \(license.connectionAge.words)"
        + (license.disconnection.map { ": \(Words.of($0))" } ?? "")
    case .grant:
      guard outcome == .passed, let grant = license.grant else { return "" }
      return "epoch \(grant.epoch), \((license.grantRemaining ?? .zero).words) left"
    case .lease:
      guard outcome == .passed else { return outcome == .failed ? "it expired" : "" }
      return "\((license.leaseRemaining ?? .zero).words) left"
    case .attestation where outcome == .passed: return license.grant.map(\.assurance.words) ?? ""
    case .protocolVersion, .identity, .attestation, .entitlement, .seat:
      return outcome == .failed ? license.standing.reason?.name ?? "" : ""
    }
  }

  private var certificateCheck: Check {
    let also = fault.map { Words.of($0) }
    guard let certificate else {
      return Check(
        name: "certificate", outcome: isRunning && also == nil ? "pending" : "failed",
        words: also ?? "there is none yet")
    }
    let early = Duration.seconds(certificate.notBefore - wallTime.seconds)
    guard early <= .zero else {
      return Check(
        name: "certificate", outcome: "failed",
        words: "it is valid only in \(early.words): is this node's clock slow?" + (also.map { " \($0)" } ?? ""))
    }
    let left = Duration.seconds(certificate.notAfter - wallTime.seconds)
    guard left > .zero else {
      return Check(
        name: "certificate", outcome: "failed",
        words: "it expired \((.zero - left).words) ago" + (also.map { ": \($0)" } ?? ""))
    }
    let key = certificate.custody == "tpm" ? "its key is in the TPM" : "its key is in a file"
    return Check(
      name: "certificate", outcome: "passed",
      words: "\(left.words) left, \(key)" + (also.map { "; \($0)" } ?? ""))
  }

  /// The status as an object; `explain` adds the checks.
  public func json(explaining: Bool) -> JSONText {
    let license = license
    var members: [JSONText.Member] = [
      .init("node", .string(license.nodeName)), .init("running", .boolean(isRunning)),
      .init("licensed", .boolean(license.isLicensed)), .init("standing", .string(license.standing.kind.rawValue)),
      .init("sentence", .string(sentence)), .init("advice", .string(advice)),
      .init("failedCheck", license.failedCheck.map { .string($0.rawValue) } ?? .null),
      .init("since", license.since.map { .integer(Int(clamping: $0.seconds)) } ?? .null),
      .init("operator", .string(licenseOperator)), .init("connection", .string(license.connection.rawValue)),
      .init("disconnection", license.disconnection.map { .string(Words.of($0)) } ?? .null),
      .init("leaseSeconds", Self.seconds(license.leaseRemaining)),
      .init("grantSeconds", Self.seconds(license.grantRemaining)),
      .init("graceSeconds", Self.seconds(license.graceRemaining)),
      .init("clockSkewSeconds", Self.seconds(license.clockSkew)),
      .init("epoch", .integer(Int(clamping: session.license.epoch))), .init("version", .string(version)),
    ]
    if let grant = license.grant {
      members += [
        .init("organisation", .string(Words.of(grant.organisation))), .init("mode", .string(grant.mode.name)),
        .init("assurance", .string(grant.assurance.name)),
      ]
    }
    if let certificate { members.append(.init("certificate", certificate.json)) }
    let versions = session.configurations.sorted { $0.key < $1.key }
    members.append(
      .init("configurations", .object(versions.map { .init($0.key, .integer(Int(clamping: $0.value))) })))
    if let fault { members.append(.init("fault", .string(Words.of(fault)))) }
    if let settingsFault { members.append(.init("settingsFault", .string(Words.of(settingsFault)))) }
    if explaining {
      members.append(
        .init(
          "checks",
          .array(
            checks.map {
              .object([
                .init("name", .string($0.name)), .init("outcome", .string($0.outcome)),
                .init("words", .string($0.words)),
              ])
            })))
    }
    return .object(members)
  }

  private static func seconds(_ duration: Duration?) -> JSONText {
    duration.map { .integer(Int(clamping: $0.components.seconds)) } ?? .null
  }
}

extension LicenseStanding {
  /// The operator's reason, where it gave one.
  fileprivate var reason: Lowlayer_Agent_V1_Reason? {
    switch self {
    case .refused(let refusal): refusal.reason
    case .fenced(let fenced): fenced.reason
    default: nil
    }
  }
}

extension AgentStatus.Certificate {
  var json: JSONText {
    .object([
      .init("key", .string(custody)), .init("notBefore", .integer(Int(clamping: notBefore))),
      .init("notAfter", .integer(Int(clamping: notAfter))),
      .init("renewal", renewal.map { .integer(Int(clamping: $0)) } ?? .null),
    ])
  }
}

/// Which logins to try, in order, and what is missing for the others: a pure function of the facts.
///
/// The certificate first that the settings name for the login, for there they say which one OpenBao takes. Then the node's own: it is its
/// own key that logs in. Then the service account's token, which the kubelet renews, so that a node that was off for longer than
/// its certificate is good for comes back by itself. Then the secret id, which a person has to hand out.
public struct EnrollmentPlan: Sendable, Hashable {
  /// One login.
  public enum Attempt: Sendable, Hashable {
    /// By the certificate that the settings name for it.
    case login
    /// By the node's own certificate.
    case certificate
    /// By the service account's token.
    case kubernetes
    /// By the secret id.
    case appRole

    /// Its method.
    public var kind: LoginMethod.Kind {
      switch self {
      case .login, .certificate: .certificate
      case .kubernetes: .kubernetes
      case .appRole: .appRole
      }
    }
  }

  /// The logins to try, the first one first.
  public var attempts: [Attempt]
  /// Why the others cannot be tried, one sentence each.
  public var missing: [String]

  /// The plan for `facts`.
  public init(_ facts: EnrollmentFacts) {
    attempts = []
    missing = []
    take(.login, Self.fault(of: facts.login, "login's", at: facts.now))
    // Whoever logs in with another certificate has no need of an own one yet.
    if facts.login == .notConfigured || facts.certificate != .none {
      take(.certificate, Self.fault(of: facts.certificate, "node's", at: facts.now))
    }
    take(.kubernetes, Self.fault(of: facts.token, at: facts.now))
    take(.appRole, Self.fault(of: facts.secretID))
    if attempts.isEmpty && missing.isEmpty { missing.append("no login is configured") }
  }

  private enum Finding {
    case good
    case skipped
    case fault(String)
  }

  private mutating func take(_ kind: Attempt, _ finding: Finding) {
    switch finding {
    case .good: attempts.append(kind)
    case .skipped: break
    case .fault(let words): missing.append(words)
    }
  }

  private static func fault(
    of certificate: EnrollmentFacts.Certificate, _ whose: String, at now: Int64
  ) -> Finding {
    switch certificate {
    case .notConfigured: .skipped
    case .none: .fault("the node has no certificate yet")
    case .unusable(let words): .fault("the \(whose) certificate cannot be used: \(words)")
    case .lifetime(let notBefore, _) where now < notBefore:
      .fault("the \(whose) certificate is valid only in \(span(notBefore - now)): is this node's clock slow?")
    case .lifetime(_, let notAfter) where now >= notAfter:
      .fault("the \(whose) certificate expired \(span(now - notAfter)) ago")
    case .lifetime: .good
    }
  }

  private static func fault(of token: EnrollmentFacts.Token, at now: Int64) -> Finding {
    switch token {
    case .notConfigured: return .skipped
    case .unusable(let words): return .fault("the service account's token cannot be used: \(words)")
    case .claims(let expiry, let audiences, let wanted):
      if let wanted, !audiences.contains(wanted) {
        let given = audiences.isEmpty ? "nobody" : audiences.map(OpenBaoError.shortened).joined(separator: ", ")
        return .fault("the service account's token is for \(given) and not for \(wanted): correct its projected volume")
      }
      guard let expiry, now >= expiry else { return .good }
      return .fault(
        "the service account's token expired \(span(now - expiry)) ago: the kubelet replaces it; does it reach the API server?"
      )
    }
  }

  private static func fault(of secretID: EnrollmentFacts.SecretID) -> Finding {
    switch secretID {
    case .notConfigured: .skipped
    case .unusable(let words): .fault("there is no wrapped secret id: \(words)")
    case .spent(let words): .fault(words)
    case .wrapped, .unwrapped: .good
    }
  }

  /// Seconds for a person: `40 s`, `3 min`, `5 h`, `31 days`.
  static func span(_ seconds: Int64) -> String {
    switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3600) h"
    default: "\(seconds / 86_400) days"
    }
  }
}

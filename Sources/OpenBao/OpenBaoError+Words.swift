import SecretMemory
import VerifiedHTTP

extension OpenBaoError: CustomStringConvertible {
  /// What failed and what to do, in one line.
  public var description: String {
    switch self {
    case .configuration(let what): what
    case .file(let path, let what): "\(path): \(what)"
    case .memory(let error): error.description
    case .unreachable(let words): "OpenBao cannot be reached: \(words)"
    case .unverified(let words):
      "OpenBao is unverified, nothing was sent: \(words); compare the server's certificate with the anchor file and name"
    case .tls(let words): "TLS with OpenBao failed: \(words)"
    case .deadlineExceeded: "OpenBao did not answer in time"
    case .sealed: "OpenBao is sealed: it has to be unsealed (on masters: ll-tpm-unseal.service)"
    case .uninitialised: "OpenBao is not initialised: its first master has to be started with the bootstrap image"
    case .standby: "this OpenBao is a standby without an active server: the cluster has no leader at the moment"
    case .redirected(let place):
      "OpenBao redirects to \(place), which is not followed: add the server to the addresses, or correct its api_addr"
    case .rateLimited(let seconds):
      "OpenBao's rate limit is used up" + (seconds.map { "; it asks to wait \($0) s" } ?? "")
    case .badToken: "OpenBao does not accept the token any more: it is expired or revoked; a new login follows"
    case .denied(let path):
      "OpenBao's policies do not allow \(path): the login's role needs a policy with `update` on it"
    case .loginRefused(let kind, let status, let errors): Self.refusal(kind, status, errors)
    case .wrappingSpent:
      "the wrapping token is expired or was unwrapped already: hand out a new wrapped secret id; if nobody here "
        + "unwrapped it, somebody else has the secret id: revoke it"
    case .wrappingForeign(let path):
      "the wrapping token was made at \(path) and not for a secret id of the configured login: somebody may have "
        + "swapped it; nothing was unwrapped"
    case .notFound(let path, let errors):
      "OpenBao has nothing at \(path)\(Self.appended(errors)): is the mount's name right, and the namespace?"
    case .noNamespace(let name): "OpenBao has no namespace \(name)"
    case .refused(let status, let errors): "OpenBao refuses (\(status)): \(Self.joined(errors))"
    case .failing(let status, let words): "OpenBao fails (\(status))" + (words.isEmpty ? "" : ": \(words)")
    case .tooLarge(let limit): "OpenBao's answer is longer than \(limit) bytes, which none of its answers is"
    case .broken(let words): "OpenBao's answer broke off or is no HTTP: \(words)"
    case .malformed(let words): "this is no answer of OpenBao: \(words); does something else listen at its address?"
    case .certificateRefused(let reasons):
      "the certificate that OpenBao issued is not taken: " + reasons.joined(separator: "; ")
    case .clockDiffers(let seconds) where seconds > 0:
      "the certificate that OpenBao issued is valid only in \(EnrollmentPlan.span(seconds)): is this node's clock slow?"
    case .clockDiffers(let seconds):
      "the certificate that OpenBao issued had expired \(EnrollmentPlan.span(-seconds)) before it came: is this node's "
        + "clock fast?"
    case .nothingToLogInWith(let reasons): "no login led to a certificate: " + reasons.joined(separator: "; ")
    case .noServer(let faults):
      "no OpenBao server can be used: " + faults.map { "\($0.address): \($0.error)" }.joined(separator: "; ")
    }
  }

  private static func refusal(_ kind: LoginMethod.Kind, _ status: Int, _ errors: [String]) -> String {
    let words = joined(errors)
    let advice: String =
      switch (kind, words) {
      case (.kubernetes, let words) where words.contains("audience"):
        ": the projected token's audience is not the one of the role"
      case (.kubernetes, let words) where words.contains("expired"):
        ": the kubelet replaces the projected token; is this node's clock right?"
      case (.kubernetes, let words) where words.contains("not authorized"):
        ": the role's bound_service_account_names and _namespaces do not have this service account"
      case (.kubernetes, let words) where words.contains("invalid role name"): ": there is no such role"
      case (.certificate, let words) where words.contains("expired"): ": the certificate is expired"
      // OpenBao's own fault says nothing of what was shown.
      case _ where status >= 500: ""
      case (.kubernetes, _):
        ": Kubernetes did not confirm the token, or nothing is mounted there in this namespace"
      case (.certificate, let words) where words.contains("no client certificate"):
        ": no role of the login trusts this certificate's issuer, or something between ends TLS and shows the server none"
      case (.certificate, let words) where words.contains("constraints"):
        ": the certificate lacks the names that the role demands"
      case (.certificate, _): ": no role of the login trusts this certificate's issuer"
      case (.appRole, _): ": the role id is wrong, or the secret id is expired or used up; hand out a new wrapped one"
      }
    return "the login by \(kind) was refused (\(status)): \(words)\(advice)"
  }

  private static func appended(_ errors: [String]) -> String { errors.isEmpty ? "" : " (\(joined(errors)))" }

  static func joined(_ errors: [String]) -> String {
    errors.isEmpty ? "without a reason" : shortened(errors.map(plain).joined(separator: "; "))
  }

  /// `1 error occurred:\n\t* words\n\n`, as go-multierror prints, in one line.
  private static func plain(_ words: String) -> String {
    let lines = words.split(separator: "\n").map { $0.drop { $0 == "\t" || $0 == "*" || $0 == " " } }
    let own = lines.first.map { $0.hasSuffix("occurred:") } == true ? lines.dropFirst() : lines[...]
    return own.joined(separator: " ")
  }

  /// One line of what a stranger said, for a person's eyes.
  static func shortened(_ text: String) -> String { OneLine.of(text, atMost: 400) }
}

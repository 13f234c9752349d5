import OpenBao
import Testing

@Suite("Which login a node tries")
struct EnrollmentPlanTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var facts: EnrollmentFacts
    var attempts: [EnrollmentPlan.Attempt]
    var missing: [String] = []
  }

  private static let month: Int64 = 31 * 86_400
  private static let now: Int64 = 1_800_000_000

  private static func facts(
    _ certificate: EnrollmentFacts.Certificate, _ token: EnrollmentFacts.Token = .notConfigured,
    _ secretID: EnrollmentFacts.SecretID = .notConfigured, login: EnrollmentFacts.Certificate = .notConfigured
  ) -> EnrollmentFacts {
    EnrollmentFacts(certificate: certificate, login: login, token: token, secretID: secretID, now: now)
  }

  static let cases: [Case] = [
    Case(
      testDescription: "all three are there: the certificate first, the secret id last",
      facts: facts(
        .lifetime(notBefore: now - 60, notAfter: now + 60),
        .claims(expiry: now + 1, audiences: ["openbao"], wanted: "openbao"), .wrapped),
      attempts: [.certificate, .kubernetes, .appRole]),
    Case(
      testDescription: "off for a month: the certificate has expired, the kubelet has a new token",
      facts: facts(
        .lifetime(notBefore: now - month, notAfter: now - month + 86_400),
        .claims(expiry: now + 3000, audiences: ["openbao"], wanted: "openbao")),
      attempts: [.kubernetes], missing: ["the node's certificate expired 30 days ago"]),
    Case(
      testDescription: "off for a month, and the kubelet is not up: both are said",
      facts: facts(
        .lifetime(notBefore: now - month, notAfter: now - month + 86_400),
        .claims(expiry: now - month, audiences: ["openbao"], wanted: "openbao")),
      attempts: [],
      missing: [
        "the node's certificate expired 30 days ago",
        "the service account's token expired 31 days ago: the kubelet replaces it; does it reach the API server?",
      ]),
    Case(
      testDescription: "a clock that is slow shows a certificate of the future",
      facts: facts(.lifetime(notBefore: now + 7200, notAfter: now + month)), attempts: [],
      missing: ["the node's certificate is valid only in 2 h: is this node's clock slow?"]),
    Case(
      testDescription: "the last second of a certificate is not used",
      facts: facts(.lifetime(notBefore: now - 60, notAfter: now)), attempts: [],
      missing: ["the node's certificate expired 0 s ago"]),
    Case(
      testDescription: "a token for somebody else is not shown to OpenBao",
      facts: facts(
        .notConfigured, .claims(expiry: now + 60, audiences: ["https://kubernetes.default.svc"], wanted: "openbao")),
      attempts: [],
      missing: [
        "the service account's token is for https://kubernetes.default.svc and not for openbao: correct its projected volume"
      ]),
    Case(
      testDescription: "without a wanted audience and an expiry OpenBao judges",
      facts: facts(.notConfigured, .claims(expiry: nil, audiences: [], wanted: nil)), attempts: [.kubernetes]),
    Case(
      testDescription: "a spent wrapping token is not tried again, an unwrapped secret id is",
      facts: facts(.none, .notConfigured, .unwrapped), attempts: [.appRole],
      missing: ["the node has no certificate yet"]),
    Case(
      testDescription: "why a secret id was spent is kept",
      facts: facts(.notConfigured, .unusable("/t: No such file or directory"), .spent("it was used")), attempts: [],
      missing: ["the service account's token cannot be used: /t: No such file or directory", "it was used"]),
    Case(
      testDescription: "the settings name a certificate: it logs in the first time",
      facts: facts(.none, login: .lifetime(notBefore: now - 60, notAfter: now + 60)), attempts: [.login]),
    Case(
      testDescription: "and every time after, for OpenBao takes that one; the node's own stands behind it",
      facts: facts(
        .lifetime(notBefore: now - 60, notAfter: now + 60), .notConfigured, .wrapped,
        login: .lifetime(notBefore: now - 60, notAfter: now + 60)),
      attempts: [.login, .certificate, .appRole]),
    Case(
      testDescription:
        "the one that the settings name is gone or expired: the node's own logs in, and what is wrong is kept",
      facts: facts(
        .lifetime(notBefore: now - 60, notAfter: now + 60), login: .lifetime(notBefore: now - month, notAfter: now)),
      attempts: [.certificate], missing: ["the login's certificate expired 0 s ago"]),
    Case(
      testDescription: "nothing is configured", facts: facts(.notConfigured), attempts: [],
      missing: ["no login is configured"]),
  ]

  @Test("the plan follows from the facts", arguments: cases)
  func plan(_ given: Case) {
    let plan = EnrollmentPlan(given.facts)
    #expect(plan.attempts == given.attempts)
    #expect(plan.missing == given.missing)
  }
}

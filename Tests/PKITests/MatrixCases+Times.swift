import PKI
import PrivateKeys

extension MatrixCases {
  private static let day: Int64 = 86_400

  static func times(_ hierarchy: TestHierarchy) throws -> [VerifierCase] {
    var cases: [VerifierCase] = []
    let places = [try hierarchy.issuer(.kubernetes), try hierarchy.organization("a")]
    for place in places {
      let (name, end) = (place.certificate.commonName, place.certificate.notAfter)
      let leaf = try hierarchy.mint("client", by: place) { $0.notAfter = end + 10 * day }
      for (what, at, refused) in [
        ("a second before its issuer's last", end - 1, nil),
        (lastSecond, end, nil),
        ("a second after its issuer's end", end + 1, "\(name) expired at"),
        ("a second before it begins", leaf.notBefore - 1, "client is not valid before"),
        ("in its first second", leaf.notBefore, nil),
        ("after its own end", leaf.notAfter + 1, "client expired at"),
      ] as [(String, Int64, String?)] {
        cases += atTwinAndRoot("a leaf of \(name) \(what)", place, hierarchy, leaf) {
          $0.at = at
          $0.refused = refused
          $0.otherwise = what == lastSecond ? ["OpenSSL"] : []
        }
      }
    }
    return cases
  }

  private static let lastSecond = "in its issuer's last second, which OpenSSL counts as over"

  static func revocations(_ hierarchy: TestHierarchy) throws -> [VerifierCase] {
    let kubernetes = try hierarchy.issuer(.kubernetes)
    let organization = try hierarchy.organization("a")
    let now = TestHierarchy.now
    let client = try hierarchy.mint("client", by: kubernetes)
    func entry(_ certificate: IssuedCertificate, _ reason: RevocationReason) -> RevocationList.Entry {
      RevocationList.Entry(serial: certificate.serial, at: now - 7200, reason: reason)
    }
    func list(_ number: Int, from: Int64, until: Int64, by place: TestHierarchy.Place) throws -> RevocationList {
      try RevocationList.make(
        issuer: place.certificate, issuerKey: place.key, revoked: [], number: number, at: from, nextUpdate: until)
    }
    let everybody = try hierarchy.lists()
    var cases = atTwinAndRoot("lists of everybody with nobody on them", kubernetes, hierarchy, client) {
      $0.lists = everybody
    }
    let leafRevoked = try hierarchy.lists(["kubernetes": [entry(client, .keyCompromise)]])
    cases += atTwinAndRoot("a revoked leaf", kubernetes, hierarchy, client) {
      $0.lists = leafRevoked
      $0.refused = "was revoked by kubernetes at 2027-01-15T06:00:00Z: keyCompromise"
    }
    let ofOrganization = try hierarchy.mint("client", by: organization)
    let revoked = try hierarchy.lists(["management-cluster": [entry(organization.certificate, .cACompromise)]])
    cases.append(
      VerifierCase(
        what: "an organization's leaf whose authority management-cluster revoked, anchored at the root",
        anchors: [hierarchy.root], intermediates: organization.chain, leaf: ofOrganization, lists: revoked,
        refused: "was revoked by management-cluster at 2027-01-15T06:00:00Z: cACompromise"))
    cases.append(
      VerifierCase(
        what: "the same at the organization's twin, which stands for itself: to revoke is to take it away",
        anchors: [organization.twin], intermediates: organization.chain, leaf: ofOrganization, lists: revoked))
    cases.append(
      VerifierCase(
        what: "another authority's leaf is good while an organization's is revoked", anchors: [hierarchy.root],
        intermediates: kubernetes.chain, leaf: client, lists: revoked))
    let older = try list(6, from: now - 2 * day, until: now - day, by: kubernetes)
    let current = try list(6, from: now - 2 * day, until: now + day, by: kubernetes)
    for (what, list) in [("that has expired", older), ("that is still good", current)] {
      cases += atTwinAndRoot("a newer list beside one \(what)", kubernetes, hierarchy, client) {
        $0.lists = everybody + [list]
      }
    }
    cases += atTwinAndRoot("a leaf that only the newer list revokes", kubernetes, hierarchy, client) {
      $0.lists = [current] + leafRevoked
      $0.refused = "was revoked by kubernetes"
    }
    let others = everybody.filter { $0.issuerCommonName != "kubernetes" }
    let foreign = try TestHierarchy().issuer(.kubernetes)
    for (what, list, refused) in [
      (
        "an expired list", try list(8, from: now - 2 * day, until: now - 1, by: kubernetes),
        "the revocation list of kubernetes expired at 2027-01-15T07:59:59Z"
      ),
      (
        "a list from the future", try list(8, from: now + 60, until: now + day, by: kubernetes),
        "the revocation list of kubernetes was made at"
      ),
      (
        "a list that another key signed", try list(8, from: now - 60, until: now + day, by: foreign),
        "a revocation list in the name of kubernetes was not signed by it"
      ),
    ] {
      cases += atTwinAndRoot(what, kubernetes, hierarchy, client) {
        $0.lists = others + [list]
        $0.refused = refused
      }
    }
    return cases
  }

  /// The same key and name, later: what was there before stays good, in both directions.
  static func renewals(_ hierarchy: TestHierarchy) throws -> [VerifierCase] {
    let kubernetes = try hierarchy.issuer(.kubernetes)
    let later = TestHierarchy.now + 500 * day
    let renewed = try Issuing.authority(
      .issuer(.kubernetes), cluster: hierarchy.cluster, key: kubernetes.key, names: nil,
      issuer: hierarchy.management.certificate, issuerKey: hierarchy.management.key, at: later)
    var place = kubernetes
    place.certificate = renewed
    place.twin = try Issuing.twin(of: renewed, key: kubernetes.key)
    let old = try hierarchy.mint("old", by: kubernetes) { $0.notAfter = later + 10 * day }
    let new = try hierarchy.mint("new", by: place) { $0.notAfter = later + 10 * day }
    let management = try Issuing.authority(
      .managementCluster, cluster: hierarchy.cluster, key: hierarchy.management.key, names: nil,
      issuer: hierarchy.root, issuerKey: hierarchy.rootKey, at: later)
    let cases = [
      VerifierCase(
        what: "an old leaf with the renewed issuer", anchors: [hierarchy.root],
        intermediates: [renewed] + hierarchy.management.chain, leaf: old),
      VerifierCase(
        what: "an old leaf at the renewed twin", anchors: [place.twin], intermediates: kubernetes.chain, leaf: old),
      VerifierCase(
        what: "a new leaf at the old twin", anchors: [kubernetes.twin], intermediates: place.chain, leaf: new),
      VerifierCase(
        what: "a new leaf with the old issuer", anchors: [hierarchy.root], intermediates: kubernetes.chain, leaf: new),
      VerifierCase(
        what: "an old leaf and issuer below the renewed management-cluster", anchors: [hierarchy.root],
        intermediates: [kubernetes.certificate, management], leaf: old),
      VerifierCase(
        what: "old and new twin side by side", anchors: [kubernetes.twin, place.twin], intermediates: place.chain,
        leaf: new),
    ]
    return cases.map { test in
      var test = test
      test.at = later + 60
      return test
    }
  }
}

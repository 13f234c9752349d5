import PKI

/// The chains that all verifiers judge.
enum MatrixCases {
  static func all(_ hierarchy: TestHierarchy) throws -> [VerifierCase] {
    try good(hierarchy) + siblings(hierarchy) + names(hierarchy) + forged(hierarchy) + times(hierarchy)
      + revocations(hierarchy) + renewals(hierarchy)
  }

  /// The same leaf at its authority's twin and at the root.
  static func atTwinAndRoot(
    _ what: String, _ place: TestHierarchy.Place, _ hierarchy: TestHierarchy, _ leaf: IssuedCertificate,
    _ change: (inout VerifierCase) -> Void = { _ in }
  ) -> [VerifierCase] {
    [("twin", place.twin), ("root", hierarchy.root)].map { anchor, certificate in
      var test = VerifierCase(
        what: "\(what), anchored at the \(anchor)", anchors: [certificate], intermediates: place.chain, leaf: leaf)
      change(&test)
      return test
    }
  }

  private static func good(_ hierarchy: TestHierarchy) throws -> [VerifierCase] {
    var cases: [VerifierCase] = []
    for issuer in Issuer.allCases {
      let place = try hierarchy.issuer(issuer)
      let leaf = try hierarchy.mint("system:node:one", by: place) { $0.organization = "system:nodes" }
      cases += atTwinAndRoot("a client of \(issuer.rawValue)", place, hierarchy, leaf)
    }
    let bootstrap = try hierarchy.issuer(.bootstrap)
    for profile in [
      LeafProfile.administrator(name: "Ada Lovelace"), .login(node: "master-1", role: "master"),
      .login(node: "worker-1", role: "worker"),
    ] {
      cases += atTwinAndRoot("\(profile)", bootstrap, hierarchy, try hierarchy.leaf(profile))
    }
    let listener = try hierarchy.leaf(
      .bootstrapListener(node: "master-1", domain: "demo.example", address: [192, 0, 2, 7]))
    for name in [
      ChainVerification.ServerName.dns("master-1.demo.example"), .dns("OpenBao.demo.example"),
      .address([127, 0, 0, 1]),
      .address([192, 0, 2, 7]),
    ] {
      cases += atTwinAndRoot("the bootstrap listener as \(name)", bootstrap, hierarchy, listener) {
        $0.usage = .server
        $0.name = name
      }
    }
    for place in [bootstrap, try hierarchy.organization("a")] {
      cases.append(
        VerifierCase(
          what: "the authority \(place.certificate.commonName) itself", anchors: [hierarchy.root],
          intermediates: place.above, leaf: place.certificate, usage: .any))
    }
    return cases
  }

  /// What one authority signed, at the twin of every other.
  private static func siblings(_ hierarchy: TestHierarchy) throws -> [VerifierCase] {
    let organization = try hierarchy.organization("a")
    let kubernetes = try hierarchy.issuer(.kubernetes)
    let mighty = try hierarchy.mint("mallory", by: organization) { $0.organization = "system:masters" }
    let kubelet = try hierarchy.mint("system:node:one", by: kubernetes) { $0.organization = "system:nodes" }
    var cases = [
      VerifierCase(
        what: "an organization's leaf with O=system:masters at the kubernetes twin", anchors: [kubernetes.twin],
        intermediates: organization.chain, leaf: mighty,
        refused: "the way ends at management-cluster, which was issued by low-layer-root"),
      VerifierCase(
        what: "the same with the kubernetes issuer beside it", anchors: [kubernetes.twin],
        intermediates: organization.chain + kubernetes.chain, leaf: mighty, refused: "no anchor is low-layer-root"),
      VerifierCase(
        what: "a kubelet's leaf at the etcd twin", anchors: [try hierarchy.issuer(.etcd).twin],
        intermediates: kubernetes.chain, leaf: kubelet, refused: "they are etcd"),
      VerifierCase(
        what: "a leaf without the certificates between", anchors: [hierarchy.root], intermediates: [], leaf: kubelet,
        refused: "system:node:one was issued by kubernetes, from which no way leads to an anchor"),
      VerifierCase(
        what: "a leaf and no anchor", anchors: [], intermediates: kubernetes.chain, leaf: kubelet,
        refused: "there is no anchor"),
      VerifierCase(
        what: "an issuer that is no twin as anchor, which OpenSSL takes for incomplete",
        anchors: [kubernetes.certificate], intermediates: [], leaf: kubelet, otherwise: ["OpenSSL"]),
    ]
    var places = Issuer.allCases.compactMap { hierarchy.issuers[$0] }
    places += [organization, try hierarchy.organization("b")]
    for signer in places {
      let leaf = try hierarchy.mint("client", by: signer)
      for other in places where other.twin != signer.twin {
        cases.append(
          VerifierCase(
            what: "a leaf of \(signer.certificate.commonName) at the twin of \(other.certificate.commonName)",
            anchors: [other.twin], intermediates: signer.chain + other.chain, leaf: leaf,
            refused: "no anchor is low-layer-root"))
      }
    }
    return cases
  }
}

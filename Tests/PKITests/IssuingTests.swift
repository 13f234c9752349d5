import PKI
import PrivateKeys
import Testing

@Suite("Issuing")
struct IssuingTests {
  private let hierarchy: TestHierarchy
  private let now = TestHierarchy.now
  private let day: Int64 = 86_400

  init() throws { hierarchy = try TestHierarchy.shared.get() }

  private func authority(
    _ authority: Authority = .issuer(.etcd), cluster: String = "demo", key: PrivateKey? = nil,
    names: OrganizationNames? = nil, issuer: TestHierarchy.Place? = nil, issuerKey: PrivateKey? = nil, at: Int64? = nil
  ) throws(PKIError) -> IssuedCertificate {
    let issuer = issuer ?? hierarchy.management
    return try Issuing.authority(
      authority, cluster: cluster, key: key ?? hierarchy.leafKey, names: names, issuer: issuer.certificate,
      issuerKey: issuerKey ?? issuer.key, at: at ?? now)
  }

  @Test("nothing outlives its issuer")
  func clipping() throws {
    let late = hierarchy.management.certificate.notAfter - 10 * day
    let issuer = try authority(at: late)
    #expect(issuer.notAfter == hierarchy.management.certificate.notAfter)
    let bootstrap = try hierarchy.issuer(.bootstrap)
    let leaf = try hierarchy.leaf(.login(node: "one", role: "worker"), at: bootstrap.certificate.notAfter)
    #expect(leaf.notAfter == bootstrap.certificate.notAfter)
    let early = try hierarchy.leaf(.login(node: "one", role: "worker"), at: bootstrap.certificate.notBefore)
    #expect(early.notBefore == bootstrap.certificate.notBefore)
  }

  @Test("an authority that is outside its time signs nothing", arguments: [-301, 5 * 365 * 86_400 + 1] as [Int64])
  func outsideItsTime(_ offset: Int64) {
    let management = hierarchy.management.certificate
    #expect(
      throws: PKIError.issuerOutsideItsTime(
        name: "management-cluster", from: management.notBefore, to: management.notAfter, now: now + offset)
    ) { try authority(at: now + offset) }
  }

  @Test("a wrong key, curve, issuer or cluster is refused")
  func mismatches() throws {
    let other = try PrivateKey.generate(.p384)
    #expect(throws: PKIError.wrongKey("management-cluster")) { try authority(issuerKey: other) }
    #expect(throws: PKIError.wrongCurve(name: "etcd", expected: "P-256", found: "P-384")) { try authority(key: other) }
    #expect(throws: PKIError.wrongCurve(name: "low-layer-root", expected: "P-384", found: "P-256")) {
      try Issuing.root(hierarchy.leafKey, at: now)
    }
    let kubernetes = try hierarchy.issuer(.kubernetes)
    let expected = "CN=management-cluster,O=demo"
    #expect(throws: PKIError.wrongIssuer(name: "etcd", expected: expected, found: "CN=kubernetes,O=demo")) {
      try authority(issuer: kubernetes)
    }
    #expect(
      throws: PKIError.wrongIssuer(
        name: "etcd", expected: "CN=management-cluster,O=other", found: "CN=management-cluster,O=demo")
    ) { try authority(cluster: "other") }
    #expect(throws: PKIError.wrongIssuer(name: "ada", expected: "CN=bootstrap,O=demo", found: "CN=kubernetes,O=demo")) {
      try Issuing.leaf(
        .administrator(name: "ada"), cluster: "demo", key: hierarchy.leafKey, issuer: kubernetes.certificate,
        issuerKey: kubernetes.key, at: now)
    }
    let leaf = try hierarchy.leaf(.administrator(name: "ada"))
    #expect(throws: PKIError.notAnAuthority("ada")) { try Issuing.twin(of: leaf, key: hierarchy.leafKey) }
    #expect(throws: PKIError.wrongKey("kubernetes")) {
      try Issuing.twin(of: kubernetes.certificate, key: hierarchy.leafKey)
    }
  }

  @Test("organizations are bound to names, and nobody else is")
  func names() {
    #expect(throws: PKIError.namesMissing("org-x")) { try authority(.organization("x")) }
    #expect(throws: PKIError.namesUnexpected("etcd")) {
      try authority(names: OrganizationNames(dnsDomains: ["x.example"]))
    }
  }

  @Test(
    "a name that cannot stand in a certificate is refused",
    arguments: ["", "-x", "x-", "a.b", "ä", "x y", String(repeating: "x", count: 64)])
  func organizationNames(_ name: String) {
    #expect {
      try authority(.organization(name), names: OrganizationNames(dnsDomains: ["x.example"]))
    } throws: { error in
      if case PKIError.unsuitable(_, name, _) = error { true } else { false }
    }
  }

  @Test(
    "a domain that is none is refused",
    arguments: ["", ".x.example", "x.example.", "*.x.example", "x_y.example", "a..b"])
  func domains(_ domain: String) {
    #expect {
      try authority(.organization("x"), names: OrganizationNames(dnsDomains: ["good.example", domain]))
    } throws: { error in
      if case PKIError.unsuitable("an organization's domain", domain, _) = error { true } else { false }
    }
  }

  @Test(
    "a leaf for nobody is refused",
    arguments: [
      LeafProfile.administrator(name: ""), .administrator(name: "a\nb"),
      .administrator(name: String(repeating: "x", count: 65)), .login(node: "n", role: "administrator"),
      .login(node: "n", role: ""), .bootstrapListener(node: "n", domain: "", address: [1, 2, 3, 4]),
      .bootstrapListener(node: "a b", domain: "x.example", address: [1, 2, 3, 4]),
      .bootstrapListener(node: "n", domain: "x.example", address: [1, 2, 3]),
    ])
  func leaves(_ profile: LeafProfile) {
    #expect {
      try hierarchy.leaf(profile)
    } throws: { error in
      if case PKIError.unsuitable = error { true } else { false }
    }
  }

  @Test("a cluster may not be called like a group of Kubernetes")
  func clusterNames() {
    #expect(throws: PKIError.self) { try authority(cluster: "system:masters") }
  }

  @Test("renewal is due when less than a third of the life is left")
  func renewal() throws {
    let certificate = try hierarchy.issuer(.etcd).certificate
    let third = (certificate.notAfter - certificate.notBefore) / 3
    #expect(!certificate.needsRenewal(at: certificate.notAfter - third))
    #expect(certificate.needsRenewal(at: certificate.notAfter - third + 1))
    #expect(certificate.needsRenewal(at: certificate.notAfter + 1))
  }

  @Test("serial numbers are positive, 16 bytes long and all different")
  func serials() throws {
    let serials = try (0..<50).map { _ in try hierarchy.leaf(.administrator(name: "ada")).serial }
    #expect(Set(serials).count == serials.count)
    #expect(serials.allSatisfy { $0.count == 32 && ("4"..."7").contains($0.prefix(1)) })
  }

  @Test("a common name leads back to its authority")
  func commonNames() {
    for authority in [.root, .managementCluster, .organization("x")] + Issuer.allCases.map(Authority.issuer) {
      #expect(Authority(commonName: authority.commonName) == authority)
    }
    for name in ["", "org-", "root", "Kubernetes"] { #expect(Authority(commonName: name) == nil) }
  }

  @Test("no flipped bit of a leaf is ever accepted")
  func flippedBits() async throws {
    let kubernetes = try hierarchy.issuer(.kubernetes)
    let leaf = try hierarchy.mint("client", by: kubernetes)
    let verification = ChainVerification(anchors: [kubernetes.twin], usage: .client, at: now)
    #expect(await verification.verify(leaf) == .accepted([leaf, kubernetes.twin]))
    var judged = 0
    for (index, bit) in leaf.der.indices.flatMap({ index in (0..<8 as Range<UInt8>).map { (index, $0) } }) {
      var der = leaf.der
      der[index] ^= 1 << bit
      guard let flipped = try? IssuedCertificate(der: der) else { continue }
      judged += 1
      if case .accepted = await verification.verify(flipped) {
        Issue.record("accepted with bit \(bit) of byte \(index) altered")
      }
    }
    #expect(judged > 1000)
  }

  @Test("a signature that claims unused bits is refused, as OpenSSL and Go do")
  func unusedBits() throws {
    let kubernetes = try hierarchy.issuer(.kubernetes)
    var leaf = try hierarchy.mint("client", by: kubernetes)
    // The unused bits have to be zero for a reader to get as far as the signature.
    while leaf.der.last.map({ $0 % 2 }) != 0 { leaf = try hierarchy.mint("client", by: kubernetes) }
    // A BIT STRING of under 128 bytes ends the certificate: its tag, its length, the count of unused bits.
    var der = leaf.der
    func isSignature(_ start: Int) -> Bool { der[start] == 3 && start + 2 + Int(der[start + 1]) == der.count }
    let tag = try #require((der.count - 80..<der.count - 60).first(where: isSignature))
    der[tag + 2] = 1
    #expect(throws: PKIError.notACertificate("its signature has unused bits")) { try IssuedCertificate(der: der) }
  }
}

import Foundation
import PKI
import PrivateKeys
import SecretMemory
import TestSupport
import Testing

/// What `openssl` reads in the certificates that the room makes.
@Suite("The hierarchy's certificates", .enabled(if: OpenSSLVerifier.isInstalled, "openssl is not installed"))
struct HierarchyTests {
  private static let year: Int64 = 365 * 86_400

  /// `openssl x509` on one certificate.
  private func openSSL(_ certificate: IssuedCertificate, _ options: String...) throws -> String {
    let result = try Command(["openssl", "x509", "-noout"] + options, input: Data(certificate.pem))
    #expect(result.status == 0, "\(result.errors)")
    return result.output
  }

  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  @Test(
    "an authority has its subject, path length, curve, hash and lifetime",
    arguments: [
      (Authority.root, "CN=low-layer-root", 2, "secp384r1", "ecdsa-with-SHA384", 10),
      (.managementCluster, "CN=management-cluster,O=demo", 1, "secp384r1", "ecdsa-with-SHA384", 5),
      (.issuer(.kubernetes), "CN=kubernetes,O=demo", 0, "prime256v1", "ecdsa-with-SHA384", 2),
      (.issuer(.etcd), "CN=etcd,O=demo", 0, "prime256v1", "ecdsa-with-SHA384", 2),
      (.issuer(.frontProxy), "CN=front-proxy,O=demo", 0, "prime256v1", "ecdsa-with-SHA384", 2),
      (.issuer(.platform), "CN=platform,O=demo", 0, "prime256v1", "ecdsa-with-SHA384", 2),
      (.issuer(.bootstrap), "CN=bootstrap,O=demo", 0, "prime256v1", "ecdsa-with-SHA384", 2),
      (.organization("a"), "CN=org-a,O=demo", 0, "prime256v1", "ecdsa-with-SHA384", 1),
    ])
  func authority(
    _ authority: Authority, subject: String, pathLength: Int, curve: String, hash: String, years: Int64
  ) throws {
    let hierarchy = try TestHierarchy.shared.get()
    let certificate = try hierarchy.certificate(of: authority)
    #expect(certificate.subject == subject)
    #expect(lines(try openSSL(certificate, "-subject", "-nameopt", "RFC2253")) == ["subject=\(subject)"])
    #expect(certificate.notBefore == TestHierarchy.now - 300)
    #expect(certificate.notAfter == TestHierarchy.now + years * Self.year)
    let text = lines(try openSSL(certificate, "-text", "-certopt", "ext_parse"))
    #expect(text.contains("Version: 3 (0x2)"))
    #expect(text.contains("Signature Algorithm: \(hash)"))
    #expect(text.contains("ASN1 OID: \(curve)"))
    #expect(after("X509v3 Basic Constraints: critical", text) == "CA:TRUE, pathlen:\(pathLength)")
    #expect(after("X509v3 Key Usage: critical", text) == "Certificate Sign, CRL Sign")
    #expect(!text.contains { $0.contains("Extended Key Usage") })
    let serial = lines(try openSSL(certificate, "-serial"))
    #expect(serial == ["serial=\(certificate.serial.uppercased())"])
    #expect(certificate.serial.count == 32)
    #expect(certificate.isAuthority)
  }

  private func after(_ title: String, _ lines: [String]) -> String? {
    guard let index = lines.firstIndex(of: title), index + 1 < lines.count else { return nil }
    return lines[index + 1]
  }

  @Test("key identifiers are the SHA-1 of the key's bits, the authority's names the signer's")
  func keyIdentifiers() throws {
    let hierarchy = try TestHierarchy.shared.get()
    let bootstrap = try hierarchy.issuer(.bootstrap)
    for (certificate, signer) in [
      (hierarchy.root, hierarchy.root), (hierarchy.management.certificate, hierarchy.root),
      (bootstrap.certificate, hierarchy.management.certificate), (bootstrap.twin, bootstrap.certificate),
      (try hierarchy.leaf(.administrator(name: "ada")), bootstrap.certificate),
    ] {
      // The bits start behind the header of the SubjectPublicKeyInfo.
      let header = certificate.publicKeyDER.count > 100 ? 23 : 26
      let point = Data(certificate.publicKeyDER.dropFirst(header))
      let digest = try Command(["openssl", "dgst", "-sha1", "-r"], input: point).output.prefix(40)
      let text = lines(try openSSL(certificate, "-text"))
      let colons = stride(from: 0, to: 40, by: 2).map { index in
        digest.dropFirst(index).prefix(2).uppercased()
      }.joined(separator: ":")
      #expect(after("X509v3 Subject Key Identifier:", text) == colons)
      let signers = signer.subjectKeyIdentifier.map { String(format: "%02X", $0) }.joined(separator: ":")
      #expect(after("X509v3 Authority Key Identifier:", text)?.replacingOccurrences(of: "keyid:", with: "") == signers)
    }
  }

  @Test(
    "a leaf has its subject, usages, names and lifetime",
    arguments: [
      (
        LeafProfile.administrator(name: "Lovelace, Ada"), "CN=Lovelace\\, Ada,OU=administrator,O=demo",
        "TLS Web Client Authentication", nil, 1
      ),
      (
        .login(node: "worker-1", role: "worker"), "CN=worker-1,OU=worker,O=demo", "TLS Web Client Authentication", nil,
        2
      ),
      (
        .bootstrapListener(node: "master-1", domain: "demo.example", address: [192, 0, 2, 7]),
        "CN=master-1.demo.example,O=demo", "TLS Web Server Authentication",
        "DNS:master-1.demo.example, DNS:openbao.demo.example, IP Address:127.0.0.1, IP Address:192.0.2.7", 2
      ),
    ] as [(LeafProfile, String, String, String?, Int64)])
  func leaf(_ profile: LeafProfile, subject: String, usage: String, names: String?, years: Int64) throws {
    let hierarchy = try TestHierarchy.shared.get()
    let leaf = try hierarchy.leaf(profile)
    #expect(leaf.subject == subject)
    let text = lines(try openSSL(leaf, "-text"))
    #expect(after("X509v3 Basic Constraints: critical", text) == "CA:FALSE")
    #expect(after("X509v3 Key Usage: critical", text) == "Digital Signature")
    #expect(after("X509v3 Extended Key Usage:", text) == usage)
    #expect(after("X509v3 Subject Alternative Name:", text) == names)
    #expect(leaf.notAfter == TestHierarchy.now + years * Self.year)
    #expect(leaf.publicKeyDER == hierarchy.leafKey.publicKeyDER)
    #expect(lines(try openSSL(leaf, "-issuer", "-nameopt", "RFC2253")) == ["issuer=CN=bootstrap,O=demo"])
  }

  @Test("an organization's constraints are critical and say all it may sign")
  func constraints() throws {
    let text = try openSSL(try TestHierarchy.shared.get().organization("a").certificate, "-text")
    let start = try #require(text.range(of: "X509v3 Name Constraints: critical\n"))
    let end = try #require(text[start.upperBound...].range(of: "X509v3"))
    #expect(
      lines(String(text[start.upperBound..<end.lowerBound])) == [
        "Permitted:", "DNS:org-a.example", "IP:10.1.0.0/255.255.0.0", "IP:FD00:A:0:0:0:0:0:0/FFFF:FFFF:0:0:0:0:0:0",
        "URI:org-a.example", "URI:.org-a.example",
      ])
  }

  @Test("a twin is its authority in all but signer and serial")
  func twins() throws {
    let hierarchy = try TestHierarchy.shared.get()
    for place in [hierarchy.management] + hierarchy.issuers.values + hierarchy.organizations.values {
      let (original, twin) = (place.certificate, place.twin)
      #expect(twin.subject == original.subject)
      #expect(twin.publicKeyDER == original.publicKeyDER)
      #expect(twin.subjectKeyIdentifier == original.subjectKeyIdentifier)
      #expect((twin.notBefore, twin.notAfter) == (original.notBefore, original.notAfter))
      #expect(twin.serial != original.serial)
      #expect(twin.isSelfSigned && !original.isSelfSigned)
      let extensions = ["-ext", "basicConstraints,keyUsage,nameConstraints"]
      #expect(
        try openSSL(twin, extensions[0], extensions[1]) == openSSL(original, extensions[0], extensions[1]))
    }
  }

  @Test("times from 2050 on are GeneralizedTime, those before are UTCTime")
  func times() throws {
    let end2049: Int64 = 2_524_607_999
    for (notAfter, kind, text) in [
      (end2049, "UTCTIME", "491231235959Z"), (end2049 + 1, "GENERALIZEDTIME", "20500101000000Z"),
    ] {
      let root = try Issuing.root(try PrivateKey.generate(.p384), at: notAfter - 10 * Self.year)
      let parsed = try Command(["openssl", "asn1parse"], input: Data(root.pem)).output
      #expect(parsed.contains { $0.isNewline })
      #expect(parsed.split(separator: "\n").contains { $0.contains(kind) && $0.hasSuffix(":\(text)") })
      #expect(root.notAfter == notAfter)
    }
  }

  @Test("a bundle of certificate, key and what is above is read by openssl and by us")
  func bundle() throws {
    let hierarchy = try TestHierarchy.shared.get()
    let place = try hierarchy.issuer(.kubernetes)
    let key = try place.key.pem().withUnsafeBytes { Array($0) }
    let above = place.above + [hierarchy.root]
    let bundle = place.certificate.pem + key + above.flatMap(\.pem)
    let folder = try TemporaryFolder()
    try folder.write(String(decoding: bundle, as: UTF8.self), to: "bundle")
    let listed = try Command(
      ["sh", "-c", "openssl crl2pkcs7 -nocrl -certfile bundle | openssl pkcs7 -print_certs -noout"], in: folder.url)
    let subjects = listed.output.split(separator: "\n").filter { $0.hasPrefix("subject=") }
    #expect(
      subjects == [
        "subject=O = demo, CN = kubernetes", "subject=O = demo, CN = management-cluster",
        "subject=CN = low-layer-root",
      ])
    let publicKey = try Command(["openssl", "pkey", "-in", "bundle", "-pubout", "-outform", "PEM"], in: folder.url)
    #expect(publicKey.output == String(decoding: place.key.publicKeyPEM, as: UTF8.self))
    #expect(try openSSL(place.certificate, "-pubkey") == publicKey.output)
    #expect(try IssuedCertificate.all(in: bundle) == [place.certificate] + above)
    #expect(try IssuedCertificate(pem: bundle) == place.certificate)
    #expect(try place.certificate.der == IssuedCertificate(der: place.certificate.der).der)
  }
}

extension TestHierarchy {
  func certificate(of authority: Authority) throws -> IssuedCertificate {
    switch authority {
    case .root: root
    case .managementCluster: management.certificate
    case .issuer(let issuer): try self.issuer(issuer).certificate
    case .organization(let name): try organization(name).certificate
    }
  }
}

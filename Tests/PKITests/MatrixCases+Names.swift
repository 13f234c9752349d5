import PKI
import SwiftASN1
import X509

extension MatrixCases {
  private static func address(_ bytes: [UInt8]) -> GeneralName { .ipAddress(ASN1OctetString(contentBytes: bytes[...])) }

  private static func version6(_ head: [UInt8]) -> GeneralName {
    address(head + [UInt8](repeating: 0, count: 15 - head.count) + [1])
  }

  static func names(_ hierarchy: TestHierarchy) throws -> [VerifierCase] {
    let own: [(String, [GeneralName])] = [
      ("its domain", [.dnsName("org-a.example")]),
      ("a host of its domain", [.dnsName("www.deep.org-a.example")]),
      ("a host in capitals", [.dnsName("WWW.Org-A.Example")]),
      ("a wildcard of its domain", [.dnsName("*.org-a.example")]),
      ("its IPv4 addresses", [address([10, 1, 2, 3])]),
      ("its IPv6 addresses", [version6([0xFD, 0, 0, 0x0A])]),
      ("a URI of its domain", [.uniformResourceIdentifier("https://org-a.example/path")]),
      ("a URI below its domain", [.uniformResourceIdentifier("https://www.org-a.example:8443/path")]),
      ("no name at all", []),
    ]
    let foreign: [(String, String, [GeneralName])] = [
      ("a", "another organization's domain", [.dnsName("www.org-b.example")]),
      ("a", "another's domain beside its own", [.dnsName("www.org-a.example"), .dnsName("org-b.example")]),
      ("a", "a domain that ends like its own", [.dnsName("notorg-a.example")]),
      ("a", "its domain within another", [.dnsName("org-a.example.evil.example")]),
      ("a", "the domain above its own", [.dnsName("example")]),
      ("a", "the wildcard above its own", [.dnsName("*.example")]),
      ("a", "another's IPv4 address", [address([10, 2, 0, 1])]),
      ("a", "another's IPv6 address", [version6([0xFD, 0, 0, 0x0B])]),
      ("a", "another's URI", [.uniformResourceIdentifier("https://www.org-b.example/")]),
      ("a", "a URI with its domain as user", [.uniformResourceIdentifier("https://org-a.example@org-b.example/")]),
      ("c", "an IPv4 address without a range", [address([10, 1, 0, 1])]),
      ("c", "an IPv6 address without a range", [version6([0xFD, 0, 0, 0x0A])]),
      ("d", "an IPv6 address with an IPv4 range only", [version6([0xFD, 0, 0, 0x0A])]),
      ("d", "a domain without one of its own", [.dnsName("www.org-a.example")]),
      ("d", "a URI without a domain of its own", [.uniformResourceIdentifier("https://www.org-a.example/")]),
    ]
    let organization = try hierarchy.organization("a")
    var cases: [VerifierCase] = []
    for (what, names) in own {
      let leaf = try hierarchy.mint("client", by: organization) { $0.names = names }
      cases += atTwinAndRoot("org-a signs \(what)", organization, hierarchy, leaf)
    }
    cases += atTwinAndRoot(
      "org-d signs its own address", try hierarchy.organization("d"), hierarchy,
      try hierarchy.mint("client", by: try hierarchy.organization("d")) { $0.names = [address([10, 4, 0, 1])] })
    for (signer, what, names) in foreign {
      let place = try hierarchy.organization(signer)
      let leaf = try hierarchy.mint("client", by: place) { $0.names = names }
      cases += atTwinAndRoot("org-\(signer) signs \(what)", place, hierarchy, leaf) {
        $0.refused = "org-\(signer) may not sign for"
      }
    }
    return try cases + hosts(hierarchy)
  }

  private static func hosts(_ hierarchy: TestHierarchy) throws -> [VerifierCase] {
    let bootstrap = try hierarchy.issuer(.bootstrap)
    let listener = try hierarchy.leaf(
      .bootstrapListener(node: "master-1", domain: "demo.example", address: [192, 0, 2, 7]))
    var cases: [VerifierCase] = []
    for name in [
      ChainVerification.ServerName.dns("master-2.demo.example"), .dns("demo.example"),
      .dns("x.master-1.demo.example"), .address([192, 0, 2, 8]),
      .address([0xFD] + [UInt8](repeating: 0, count: 14) + [1]),
    ] {
      cases += atTwinAndRoot("the bootstrap listener as \(name)", bootstrap, hierarchy, listener) {
        $0.usage = .server
        $0.name = name
        $0.refused = "master-1.demo.example does not speak for \(name)"
      }
    }
    let nameless = try hierarchy.mint("host.demo.example", by: bootstrap) { $0.usages = [.serverAuth] }
    cases += atTwinAndRoot(
      "a host in the common name alone, which OpenSSL still takes for its name", bootstrap, hierarchy, nameless
    ) {
      $0.usage = .server
      $0.name = .dns("host.demo.example")
      $0.refused = "it has no server names"
      $0.otherwise = ["OpenSSL"]
    }
    let wildcard = try hierarchy.mint("wild", by: bootstrap) {
      $0.usages = [.serverAuth]
      $0.names = [.dnsName("*.demo.example")]
    }
    for (host, refused) in [
      ("one.demo.example", nil), ("two.one.demo.example", "does not speak"), ("demo.example", "does not speak"),
    ] as [(String, String?)] {
      cases += atTwinAndRoot("a wildcard as \(host)", bootstrap, hierarchy, wildcard) {
        $0.usage = .server
        $0.name = .dns(host)
        $0.refused = refused
      }
    }
    return cases
  }
}

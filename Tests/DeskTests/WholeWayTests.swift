import Foundation
import TestSupport
import Testing

/// From nothing to what five nodes have in memory, each file compared with what other programs find on the desk.
@Suite("From the desk to the nodes", .enabled(if: ExampleDesk.isPossible, ExampleDesk.whyNot))
struct WholeWayTests {
  private static let issuers = ["kubernetes", "etcd", "front-proxy", "platform", "bootstrap"]

  @Test("every node unseals exactly its own files, byte for byte what the desk has", arguments: ExampleDesk.nodes)
  func released(node: String) throws {
    let desk = try ExampleDesk.copy()
    let expected = try Self.expected(of: node, on: desk)
    let booted = try BootedNode(node, desk)
    // A second boot finds what the first one imported.
    for _ in 0..<2 {
      let boot = try booted.boot()
      #expect(boot.status == 0, "\(boot.errors)")
      let released = try booted.released()
      #expect(released.keys.sorted() == expected.keys.sorted())
      for (name, data) in expected { #expect(released[name] == data, "\(node): \(name) differs") }
    }
    if !node.hasPrefix("master") { #expect(try !booted.hasConfig("/etc/ll/sealed/openbao.pem")) }
    // A worker does not have all of them.
    for issuer in try Self.issuers.filter({ try booted.hasConfig("/etc/ll/anchors/\($0).pem") }) {
      let anchor = try desk.text("pki/\(issuer).anchor.pem")
      #expect(try booted.config("/etc/ll/anchors/\(issuer).pem") == anchor)
    }
  }

  /// What the desk has for `node`, put together by age, OpenSSL and this test.
  private static func expected(of node: String, on desk: ExampleDesk) throws -> [String: Data] {
    let opened = try OpenedDesk(desk)
    func chain(_ name: String) throws -> Data {
      try desk.bytes("pki/\(name).pem") + Data(try opened.pem(of: "certificate/\(name).key", by: desk).utf8)
    }
    var expected = ["login/login.pem": try chain("\(node).login")]
    guard node.hasPrefix("master") else { return expected }
    expected["openbao/static-seal.key"] = Data(try opened.secret("static-seal.key"))
    expected["openbao/bootstrap-listener.pem"] = try chain("\(node).listener")
    guard node == "master-1" else { return expected }
    let above = try desk.bytes("pki/management-cluster.pem") + desk.bytes("pki/low-layer-root.pem")
    for issuer in issuers {
      let own = Data(try firstCertificate(desk.text("pki/\(issuer).pem")).utf8)
      let key = Data(try opened.pem(of: "certificate/\(issuer).key", by: desk).utf8)
      expected["openbao/issuer-\(issuer).pem"] = own + key + above
    }
    let account = Data(try opened.secret("service-account.key"))
    expected["openbao/service-account.key"] = Data(try opened.pem(of: "service-account.key", by: desk).utf8)
    expected["openbao/service-account.pub"] = Data(
      try desk.tool("openssl", "pkey", "-inform", "DER", "-pubout", input: account).utf8)
    expected["openbao/etcd-encryption.key"] = Data(
      Data(try opened.secret("etcd-encryption.key")).base64EncodedString().utf8)
    return expected
  }

  private static func firstCertificate(_ pem: String) throws -> String {
    let end = try #require(pem.range(of: "-----END CERTIFICATE-----\n"))
    return String(pem[..<end.upperBound])
  }

  @Test("OpenSSL accepts every certificate against its issuer's anchor alone, for its use and none besides")
  func chains() throws {
    let desk = try ExampleDesk.copy()
    func verify(_ name: String, _ anchor: String, _ more: [String]) throws -> Bool {
      try Command(
        ["openssl", "verify", "-x509_strict", "-partial_chain", "-CAfile", desk.path("pki/\(anchor).anchor.pem")] + more
          + [desk.path("pki/\(name).pem")]
      ).status == 0
    }
    let crl = ["-crl_check", "-CRLfile", desk.path("pki/bootstrap.crl.pem")]
    for name in ExampleDesk.nodes.map({ "\($0).login" }) + ["administrator-alice"] {
      #expect(try verify(name, "bootstrap", ["-purpose", "sslclient"] + crl), "\(name)")
      #expect(try !verify(name, "bootstrap", ["-purpose", "sslserver"]), "\(name)")
      #expect(try !verify(name, "kubernetes", ["-purpose", "sslclient"]), "\(name)")
    }
    for node in ExampleDesk.masters {
      let host = ["-purpose", "sslserver", "-verify_hostname", "\(node).nodes.example.internal"]
      #expect(try verify("\(node).listener", "bootstrap", host + crl), "\(node)")
      #expect(try !verify("\(node).listener", "bootstrap", ["-purpose", "sslclient"]), "\(node)")
      #expect(try !verify("\(node).listener", "platform", host), "\(node)")
    }
    for name in Self.issuers + ["org-acme"] {
      let chain = try Command([
        "openssl", "verify", "-x509_strict", "-CAfile", desk.path("pki/low-layer-root.pem"), "-untrusted",
        desk.path("pki/management-cluster.pem"), desk.path("pki/\(name).pem"),
      ])
      #expect(chain.status == 0, "\(name): \(chain.errors)")
    }
  }

  @Test(
    "the static seal's key is the same on every master and on no worker, and issuers' keys go to the first one only")
  func entries() throws {
    let desk = try ExampleDesk.copy()
    let bundles = try PublishedBundles(desk).bundles
    let holders = bundles.filter { $0.bundle.entries.keys.contains("static-seal.key") }.map(\.name)
    #expect(holders == ExampleDesk.masters.map { "\($0).openbao" })
    let initialising = bundles.filter { $0.bundle.entries.keys.contains { $0.hasPrefix("issuer-") } }.map(\.name)
    #expect(initialising == ["master-1.openbao"])
    #expect(
      bundles.filter { $0.name.hasSuffix(".login") }.allSatisfy { Array($0.bundle.entries.keys) == ["login.pem"] })
  }

  @Test("OpenSSL opens the root's key with its passphrase, and it is the root's")
  func rootKey() throws {
    let desk = try ExampleDesk.copy()
    let key = try desk.tool(
      "openssl", "pkey", "-in", desk.path("secrets/root.key.pem"), "-passin", "pass:\(ExampleDesk.rootPassphrase)",
      "-pubout")
    #expect(key == (try desk.tool("openssl", "x509", "-in", desk.path("pki/low-layer-root.pem"), "-noout", "-pubkey")))
    let opened = try OpenedDesk(desk)
    for entry in try PublishedCertificates(desk).certificates where entry.name != "low-layer-root" {
      let secret = Data(try opened.secret("certificate/\(entry.name).key"))
      let mine = try desk.tool("openssl", "pkey", "-inform", "DER", "-pubout", input: secret)
      let theirs = try desk.tool(
        "openssl", "x509", "-inform", "DER", "-noout", "-pubkey", input: entry.certificate)
      #expect(mine == theirs, "\(entry.name)")
      // Other tests look for the public half at a key's end, where OpenSSL puts it.
      #expect(entry.certificate.range(of: secret.suffix(64)) != nil, "\(entry.name)")
    }
  }
}

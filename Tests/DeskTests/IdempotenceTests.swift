import Foundation
import TestSupport
import Testing

/// Every command changes what must change, says what, and nothing else.
@Suite("The desk changes only what changed", .enabled(if: ExampleDesk.isPossible, ExampleDesk.whyNot))
struct IdempotenceTests {
  @Test("the same commands again change no byte, and say so")
  func again() throws {
    let desk = try ExampleDesk.copy()
    let nothing = "nothing to do"
    for (words, more, said) in [
      (["pki", "init"], ["--administrator", "alice"], nothing),
      (["pki", "issue"], [], nothing),
      (["pki", "issue"], ["--organization", "acme", "--domain", "acme.example"], nothing),
      (["seal"], ["--bootstrap"], "0 bundles sealed, 8 as they were"),
    ] {
      let changes = try desk.changes {
        let command = try desk.done(words, more)
        #expect(command.output.contains(said), "\(command.output)")
      }
      #expect(changes == [], "\(words)")
    }
    #expect(try desk.changes { try desk.build() } == [])
  }

  @Test("a new worker gets its certificate and its bundle, and nobody else anything")
  func newWorker() throws {
    let desk = try ExampleDesk.copy()
    try desk.addWorker("worker-3", address: "10.20.0.23")
    try desk.simulated.identify("worker-3")
    let issued = try desk.changes {
      let command = try desk.done(["pki", "issue"])
      #expect(command.output.hasPrefix("worker-3.login: issued for "), "\(command.output)")
      #expect(command.output.split(separator: "\n").count == 1)
    }
    #expect(issued == ["pki/manifest.json", "pki/worker-3.login.pem", "secrets/desk.age"])
    let sealed = try desk.changes {
      let command = try desk.done(["seal"], ["--bootstrap"])
      #expect(command.output.contains("1 bundles sealed, 8 as they were"), "\(command.output)")
    }
    #expect(sealed == ["sealed/manifest.json", "sealed/worker-3.login.json", "sealed/worker-3.login.pem"])
    try desk.build()
    #expect(try BootedNode("worker-3", desk).boot().status == 0)
  }

  @Test("another board in a node makes only that node's bundles anew", arguments: ["master-2", "worker-2"])
  func otherBoard(node: String) throws {
    let desk = try ExampleDesk.copy()
    try desk.remove("tpm-\(node)")
    try desk.simulated.identify(node)
    let bundles = node.hasPrefix("master") ? ["login", "openbao"] : ["login"]
    let changes = try desk.changes { try desk.done(["seal"], ["--bootstrap"]) }
    #expect(
      changes == ["sealed/manifest.json"]
        + bundles.flatMap { ["sealed/\(node).\($0).json", "sealed/\(node).\($0).pem"] })
    #expect(
      try desk.changes { try desk.build() } == ["out/manifest.json", "out/\(node).ign"])
    let booted = try BootedNode(node, desk)
    #expect(try booted.boot().status == 0)
  }

  @Test("a renewed issuer keeps its key, its anchor holds for the leaves that there are, and they stay")
  func renewedIssuer() throws {
    let desk = try ExampleDesk.copy()
    let before = try PublishedCertificates(desk)
    let leaf = try desk.bytes("pki/worker-1.login.pem")
    let secrets = try OpenedDesk(desk).secrets
    let changes = try desk.changes { try desk.done(["pki", "issue"], ["--renew", "bootstrap"]) }
    #expect(!changes.contains { $0.hasPrefix("sealed") }, "\(changes)")
    #expect(try OpenedDesk(desk).secrets == secrets)
    let after = try PublishedCertificates(desk)
    for certificate in before.certificates {
      let isSame = try after.certificate(certificate.name).certificate == certificate.certificate
      #expect(isSame == (certificate.name != "bootstrap"), "\(certificate.name)")
    }
    #expect(after.revoked.isEmpty)
    try leaf.write(to: URL(fileURLWithPath: desk.path("old.pem")))
    let verified = try Command([
      "openssl", "verify", "-x509_strict", "-partial_chain", "-crl_check", "-CRLfile",
      desk.path("pki/bootstrap.crl.pem"),
      "-CAfile", desk.path("pki/bootstrap.anchor.pem"), desk.path("old.pem"),
    ])
    #expect(verified.status == 0, "\(verified.errors)")
    func key(_ pem: Data) throws -> String {
      try desk.tool("openssl", "x509", "-noout", "-pubkey", "-inform", "DER", input: pem)
    }
    #expect(try key(before.certificate("bootstrap").certificate) == key(after.certificate("bootstrap").certificate))
  }

  @Test("what holds a renewed issuer's certificate is sealed again", arguments: ["bootstrap", "management-cluster"])
  func renewedIssuerSealed(name: String) throws {
    let desk = try ExampleDesk.copy()
    try desk.done(["pki", "issue"], ["--renew", name])
    try desk.done(["seal"], ["--bootstrap"])
    try desk.build()
    let booted = try BootedNode("worker-1", desk)
    #expect(try booted.boot().status == 0)
    let released = try #require(try booted.released()["login/login.pem"])
    let published = try desk.bytes("pki/worker-1.login.pem")
    #expect(released.starts(with: published))
  }

  @Test("a new key for one login: the old certificate is on the list, and OpenSSL refuses it")
  func rekey() throws {
    let desk = try ExampleDesk.copy()
    let old = try PublishedCertificates(desk).certificate("worker-1.login")
    try desk.tool("cp", desk.path("pki/worker-1.login.pem"), desk.path("old.pem"))
    let changes = try desk.changes { try desk.done(["pki", "issue"], ["--rekey", "worker-1.login"]) }
    #expect(
      changes == ["pki/bootstrap.crl.pem", "pki/manifest.json", "pki/worker-1.login.pem", "secrets/desk.age"])
    #expect(try Self.serials(of: "bootstrap", desk) == [old.serial])
    func verify(_ name: String) throws -> Command {
      try Command([
        "openssl", "verify", "-partial_chain", "-crl_check", "-CRLfile", desk.path("pki/bootstrap.crl.pem"), "-CAfile",
        desk.path("pki/bootstrap.anchor.pem"), desk.path(name),
      ])
    }
    #expect(try verify("old.pem").errors.contains("certificate revoked"))
    #expect(try verify("pki/worker-1.login.pem").status == 0)
    let sealed = try desk.changes { try desk.done(["seal"], ["--bootstrap"]) }
    #expect(sealed == ["sealed/manifest.json", "sealed/worker-1.login.json", "sealed/worker-1.login.pem"])
  }

  @Test("a revoked organisation is on management-cluster's list, and nothing else changes")
  func revokedOrganisation() throws {
    let desk = try ExampleDesk.copy()
    try desk.done(["pki", "issue"], ["--organization", "beta", "--domain", "beta.example"])
    let old = try PublishedCertificates(desk).certificate("org-acme")
    let changes = try desk.changes {
      let command = try desk.done(["pki", "revoke"], ["org-acme", "--reason", "affiliationChanged"])
      #expect(command.output.contains("org-acme: revoked (affiliationChanged)"), "\(command.output)")
    }
    #expect(
      changes == [
        "pki/management-cluster.crl.pem", "pki/manifest.json", "pki/org-acme.anchor.pem", "pki/org-acme.pem",
        "secrets/desk.age",
      ])
    #expect(try Self.serials(of: "management-cluster", desk) == [old.serial])
    #expect(try Self.serials(of: "bootstrap", desk) == [])
    #expect(try OpenedDesk(desk).secrets["certificate/org-acme.key"] == nil)
    #expect(try desk.changes { try desk.done(["pki", "issue"]) } == [])
    #expect(try desk.changes { try desk.done(["seal"], ["--bootstrap"]) } == [])
    try DeskRefusalTests.expectRefusal(desk, "'org-acme' is revoked already") {
      try desk.run(["pki", "revoke"], ["org-acme"])
    }
  }

  @Test("a node that left: its bundle and config go, its certificate when it is revoked")
  func departed() throws {
    let desk = try ExampleDesk.copy()
    let text = try desk.text("cluster.yaml")
    let start = try #require(text.range(of: "  - name: worker-2"))
    try desk.write(String(text[..<start.lowerBound]), to: "cluster.yaml")
    let issued = try desk.changes {
      let command = try desk.done(["pki", "issue"])
      #expect(command.errors.contains("`ll-bootimage pki revoke worker-2.login`"), "\(command.errors)")
    }
    #expect(issued == [])
    let old = try PublishedCertificates(desk).certificate("worker-2.login")
    let sealed = try desk.changes {
      let command = try desk.done(["seal"], ["--bootstrap"])
      #expect(command.output.contains("worker-2.login: removed"), "\(command.output)")
    }
    #expect(sealed == ["sealed/manifest.json", "sealed/worker-2.login.json", "sealed/worker-2.login.pem"])
    let revoked = try desk.changes { try desk.done(["pki", "revoke"], [old.serial]) }
    #expect(
      revoked == ["pki/bootstrap.crl.pem", "pki/manifest.json", "pki/worker-2.login.pem", "secrets/desk.age"])
    #expect(try Self.serials(of: "bootstrap", desk) == [old.serial])
    // Every node has the others' addresses.
    #expect(try desk.changes { try desk.build() }.allSatisfy { $0.hasPrefix("out/") })
    #expect(!FileManager.default.fileExists(atPath: desk.path("out/worker-2.ign")))
    #expect(try desk.changes { try desk.done(["pki", "issue"]) } == [])
  }

  /// The serial numbers on the list of `issuer`, read by OpenSSL, in lower case.
  static func serials(of issuer: String, _ desk: ExampleDesk) throws -> [String] {
    let text = try desk.tool("openssl", "crl", "-in", desk.path("pki/\(issuer).crl.pem"), "-noout", "-text")
    return text.split(separator: "\n").compactMap { line in
      line.range(of: "Serial Number: ").map { line[$0.upperBound...].lowercased() }
    }
  }
}

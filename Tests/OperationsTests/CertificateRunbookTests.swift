import Foundation
import TestSupport
import Testing

@Suite(
  "Runbooks: certificates",
  .enabled(if: OperatedCluster.isPossible, "swtpm, tpm2-tools or age is missing, or /dev/shm"))
struct CertificateRunbookTests {
  private static let renewal = "Renew the certificates"
  private static let issuers = ["kubernetes", "etcd", "front-proxy", "platform", "bootstrap"]

  @Test("a renewed issuer has its old key and name, and the nodes its new anchor", arguments: issuers)
  func renewedIssuer(issuer: String) throws {
    let cluster = try OperatedCluster()
    let login = try Self.read(cluster, "pki/master-1.login.pem", "-serial")
    let before = try Self.identity(cluster, issuer)
    let serial = try cluster.serial(issuer)
    let anchor = cluster.text("/etc/ll/anchors/\(issuer).pem", on: "master-1")
    for block in [0, 2] {
      let script = try cluster.document.block(Self.renewal, block)
      let done = try cluster.shell(script.replacingOccurrences(of: "kubernetes", with: issuer))
      #expect(done.status == 0, "\(done.errors)")
    }
    #expect(try Self.identity(cluster, issuer) == before)
    #expect(try cluster.serial(issuer) != serial)
    #expect(try Self.read(cluster, "pki/master-1.login.pem", "-serial") == login)
    for node in OperatedCluster.masters {
      let renewed = cluster.text("/etc/ll/anchors/\(issuer).pem", on: node)
      #expect(try renewed == cluster.folder.text("pki/\(issuer).anchor.pem"))
      #expect(renewed != anchor)
    }
    // What the issuer signed before is good under both anchors.
    try cluster.folder.write(anchor, to: "old.anchor.pem")
    let signed = issuer == "bootstrap" ? "master-1.login" : nil
    for anchor in ["old.anchor.pem", "pki/\(issuer).anchor.pem"] {
      guard let signed else { continue }
      let verified = try Command([
        "openssl", "verify", "-CAfile", cluster.path(anchor), cluster.path("pki/\(signed).pem"),
      ])
      #expect(verified.status == 0, "\(verified.errors)")
    }
    let others = Self.issuers.filter { $0 != issuer }
    for other in others {
      let kept = cluster.text("/etc/ll/anchors/\(other).pem", on: "master-1")
      #expect(try kept == cluster.folder.text("pki/\(other).anchor.pem"))
    }
  }

  @Test("an organisation's authority is revoked alone: openssl refuses its leaves, and accepts the other one's")
  func revokedOrganisation() throws {
    let cluster = try OperatedCluster()
    for name in ["acme", "beta"] {
      let made = try cluster.shell(
        "ll-bootimage pki issue --organization \(name) --domain \(name).example --cluster cluster.yaml")
      #expect(made.status == 0, "\(made.errors)")
    }
    let kept = try cluster.folder.text("pki/org-beta.pem")
    let serial = try cluster.serial("org-acme")
    for name in ["acme", "beta"] { try Self.keep(cluster, "org-\(name)") }
    for name in ["acme", "beta"] { #expect(try Self.isAccepted(cluster, "org-\(name)")) }

    try cluster.run("Revoke an organisation's authority", 0)
    try cluster.run("Revoke an organisation's authority", 1)
    #expect(try !Self.isAccepted(cluster, "org-acme"))
    #expect(try Self.isAccepted(cluster, "org-beta"))
    #expect(try cluster.folder.text("pki/org-beta.pem") == kept)
    #expect(try cluster.certificates().contains("org-acme, serial \(serial), cACompromise"))
    #expect(!FileManager.default.fileExists(atPath: cluster.path("pki/org-acme.pem")))
    let export = try cluster.shell(
      "ll-bootimage pki export org-acme --cluster cluster.yaml --plain --out /dev/shm/\(UUID().uuidString)")
    #expect(export.status == 1)
  }

  @Test("an administrator's lost certificate is replaced and revoked")
  func lostAdministrator() throws {
    let cluster = try OperatedCluster()
    let name = "An administrator's certificate is lost, or its owner leaves"
    let serial = try cluster.serial("administrator-alice")
    try cluster.run(name, 0)
    #expect(try cluster.serial("administrator-alice") != serial)
    let list = try Command(["openssl", "crl", "-in", cluster.path("pki/bootstrap.crl.pem"), "-noout", "-text"])
    #expect(list.output.lowercased().contains(serial), "\(list.output)")
    let verified = try Command([
      "openssl", "verify", "-crl_check", "-CRLfile", cluster.path("pki/bootstrap.crl.pem"), "-CAfile",
      cluster.path("pki/bootstrap.anchor.pem"), cluster.path("pki/administrator-alice.pem"),
    ])
    #expect(verified.status == 0, "\(verified.errors)")
    try cluster.run(name, 1)
  }

  /// A copy of an authority's public chain, as those have it who verify its certificates.
  private static func keep(_ cluster: OperatedCluster, _ name: String) throws {
    try cluster.folder.write(try cluster.folder.text("pki/\(name).pem"), to: "kept/\(name).pem")
  }

  private static func isAccepted(_ cluster: OperatedCluster, _ name: String) throws -> Bool {
    let lists = try ["low-layer-root", "management-cluster"].map { try cluster.folder.text("pki/\($0).crl.pem") }
    try cluster.folder.write(lists.joined(), to: "kept/lists.pem")
    return try Command([
      "openssl", "verify", "-crl_check_all", "-CRLfile", cluster.path("kept/lists.pem"), "-CAfile",
      cluster.path("pki/low-layer-root.pem"), "-untrusted", cluster.path("kept/\(name).pem"),
      cluster.path("kept/\(name).pem"),
    ]).status == 0
  }

  private static func identity(_ cluster: OperatedCluster, _ issuer: String) throws -> String {
    try read(cluster, "pki/\(issuer).pem", "-subject", "-pubkey")
  }

  private static func read(_ cluster: OperatedCluster, _ file: String, _ options: String...) throws -> String {
    let read = try Command(["openssl", "x509", "-in", cluster.path(file), "-noout"] + options)
    #expect(read.status == 0, "\(read.errors)")
    return read.output
  }
}

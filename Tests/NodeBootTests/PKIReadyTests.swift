import Diagnostics
import Foundation
import NodeBoot
import Testing

@Suite("Certificates ready", .timeLimit(.minutes(5)))
struct PKIReadyTests {
  let pki: TestPKI
  let node: NodeFolder

  init() throws {
    pki = try TestPKI.shared.get()
    node = try NodeFolder()
  }

  /// What is wrong with `bundle` as a certificate for `usage`.
  func faults(
    _ bundle: String, anchor: String = "kubernetes-anchor.pem", usage: PKIManifest.Usage = .client,
    at now: Date = Date(), _ change: (inout PKIManifest.Certificate) -> Void = { _ in }
  ) async throws -> [String] {
    var wanted = PKIManifest.Certificate(
      name: "kubelet", path: try node.write(bundle, to: "kubelet.pem"),
      anchor: try node.write(pki.text(anchor), to: "anchor.pem", mode: 0o644), usage: usage)
    change(&wanted)
    var check = PKIReady(PKIManifest(certificates: [wanted])) { now }
    let statuses = await check.check()
    #expect(statuses.map(\.name) == ["kubelet"])
    return statuses.flatMap(\.findings).map(\.message)
  }

  @Test(
    "a certificate with its chain, its key and its issuer's twin as anchor is ready, whatever the key",
    arguments: ["client", "both", "free", "rsa", "p384", "ed25519", "unnamed"])
  func ready(leaf: String) async throws {
    #expect(try await faults(pki.bundle(leaf)).isEmpty)
  }

  @Test(
    "older forms of private keys are read",
    arguments: [("client", "client-sec1"), ("client", "client-parameters"), ("rsa", "rsa-pkcs1")])
  func keyForms(leaf: String, key: String) async throws {
    #expect(try await faults(pki.bundle(leaf, key: key)).isEmpty)
  }

  @Test("the twin is enough: a leaf without intermediates is ready too, and the key may come first")
  func withoutIntermediates() async throws {
    #expect(try await faults(pki.text("client.key") + pki.text("client.crt")).isEmpty)
  }

  @Test("a sibling issuer's leaf is refused, although the same root stands above both")
  func sibling() async throws {
    let found = try await faults(pki.bundle("sibling", chain: "etcd-chain.pem"))
    #expect(found == ["issued by etcd, from which no way leads to the anchor kubernetes"])
    #expect(try await faults(pki.bundle("sibling", chain: "etcd-chain.pem"), anchor: "etcd-anchor.pem").isEmpty)
  }

  @Test(
    "the verdict on a chain is openssl's own",
    arguments: ["client", "server", "both", "free", "rsa", "p384", "ed25519", "unnamed", "sibling"],
    ["kubernetes-anchor.pem", "etcd-anchor.pem", "impostor-anchor.pem", "kubernetes-server-anchor.pem", "root.crt"])
  func openssl(leaf: String, anchor: String) async throws {
    let chain = leaf == "sibling" ? "etcd-chain.pem" : "kubernetes-chain.pem"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "openssl", "verify", "-purpose", "sslclient", "-no-CApath", "-no-CAstore", "-CAfile", anchor, "-untrusted", chain,
      "\(leaf).crt",
    ]
    process.currentDirectoryURL = pki.folder
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let isAccepted = process.terminationStatus == 0
    #expect(try await faults(pki.bundle(leaf, chain: chain), anchor: anchor).isEmpty == isAccepted)
  }

  @Test("an anchor of the issuer's name with another key is refused")
  func impostor() async throws {
    let found = try await faults(pki.bundle("client"), anchor: "impostor-anchor.pem")
    #expect(found == ["the issuer has the anchor's name, kubernetes, and another key"])
  }

  @Test("an anchor that is not self-signed is said: other verifiers would refuse it")
  func anchorNotSelfSigned() async throws {
    let found = try await faults(pki.bundle("client"), anchor: "kubernetes.crt")
    #expect(found == ["not self-signed: an anchor is the issuer's self-signed twin"])
  }

  @Test("an anchor that lends only server use does not carry a client")
  func lending() async throws {
    let found = try await faults(pki.bundle("client"), anchor: "kubernetes-server-anchor.pem")
    #expect(found.count == 1 && found[0].contains("does not lend clientAuth"))
    let server = try await faults(pki.bundle("server"), anchor: "kubernetes-server-anchor.pem", usage: .server)
    #expect(server.isEmpty)
  }

  @Test("expired and not yet valid are told apart, and the clock is named")
  func times() async throws {
    let day = 86_400.0
    let expired = try await faults(pki.bundle("client"), at: Date() + 40 * day)
    #expect(expired.count == 1 && expired[0].hasPrefix("expired at 20"))
    let early = try await faults(pki.bundle("client"), at: Date(timeIntervalSince1970: 1_000_000_000))
    #expect(early.count == 1)
    #expect(
      early[0].hasPrefix("not yet valid: the clock reads 2001-09-09T01:46:40Z, before the certificate's notBefore 20"))
    let anchor = try await faults(pki.bundle("client"), anchor: "kubernetes-short-anchor.pem", at: Date() + 20 * day)
    #expect(anchor.count == 1 && anchor[0].hasPrefix("the anchor kubernetes expired at 20"))
  }

  @Test("an expired leaf of a wrong issuer is both")
  func expiredSibling() async throws {
    let found = try await faults(pki.bundle("sibling", chain: "etcd-chain.pem"), at: Date() + 40 * 86_400)
    #expect(found.count == 2 && found[0].hasPrefix("expired") && found[1].hasPrefix("issued by etcd"))
  }

  @Test("the private key has to be in the file, once, usable, and that of the leaf")
  func keys() async throws {
    let leaf = try pki.text("client.crt")
    let other = try pki.text("server.key")
    let locked = try pki.text("client-locked.key")
    for (bundle, fault) in [
      (leaf, "no private key in the file"), (leaf + other, "the private key is not that of the certificate"),
      (leaf + (try pki.text("rsa.key")), "the private key is not that of the certificate"),
      (leaf + (try pki.text("client.key")) + other, "2 private keys in one file"),
      (leaf + locked, "the block ENCRYPTED PRIVATE KEY is not a private key that can be used without a password"),
      (leaf + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "the private key cannot be parsed"),
    ] {
      #expect(try await faults(bundle) == [fault])
    }
  }

  @Test("a file that is cut off anywhere is never ready")
  func truncated() async throws {
    let whole = try pki.bundle("client")
    #expect(try await faults(whole).isEmpty)
    let end = whole.trimmingCharacters(in: .newlines).utf8.count
    for length in stride(from: 0, to: end, by: 97) {
      let part = String(decoding: whole.utf8.prefix(length), as: UTF8.self)
      #expect(try await faults(part).isEmpty == false)
    }
    let found = try await faults(String(whole.dropLast(40)))
    #expect(found.contains("the block PRIVATE KEY has no end: the file is cut off"))
  }

  @Test("damage is said, not passed over")
  func damaged() async throws {
    let key = try pki.text("client.key")
    for (text, fault) in [
      ("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "the block CERTIFICATE is not base64"),
      ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END PRIVATE KEY-----\n", "the block CERTIFICATE ends as another one"),
      ("", "no certificate in the file"),
    ] {
      #expect(try await faults(text + key).contains(fault))
    }
    let unparsable = try await faults("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + key)
    #expect(unparsable.contains { $0.hasPrefix("certificate 1 cannot be parsed") })
  }

  @Test("use, common name, DNS names and addresses are held against the manifest, all at once")
  func names() async throws {
    let found = try await faults(pki.bundle("server")) {
      $0.commonName = "system:node:worker-2"
      $0.dnsNames = [
        "worker-1", "WORKER-1", "a.nodes.example.test", "a.b.nodes.example.test", "nodes.example.test", "worker-2",
      ]
      $0.ipAddresses = ["10.0.0.11", "fd00:0::0:11", "10.0.0.12", "::1"].compactMap { IPAddress($0) }
    }
    #expect(
      found == [
        "the common name is system:node:worker-1, not system:node:worker-2",
        "the DNS name a.b.nodes.example.test is not among the subject alternative names",
        "the DNS name nodes.example.test is not among the subject alternative names",
        "the DNS name worker-2 is not among the subject alternative names",
        "the IP address 10.0.0.12 is not among the subject alternative names",
        "the IP address ::1 is not among the subject alternative names",
        "the extended key usage lacks clientAuth",
      ])
    #expect(try await faults(pki.bundle("client"), usage: .both) == ["the extended key usage lacks serverAuth"])
    #expect(try await faults(pki.bundle("unnamed")) { $0.commonName = "x" } == ["the common name is none, not x"])
  }

  @Test("with a clock before the anchor's day, a missing certificate is explained by the clock")
  func clockBeforeTheDesk() async throws {
    let wanted = PKIManifest.Certificate(
      name: "kubelet", path: "/absent/kubelet.pem",
      anchor: try node.write(pki.text("kubernetes-anchor.pem"), to: "anchor.pem", mode: 0o644), usage: .client)
    var check = PKIReady(PKIManifest(certificates: [wanted])) { Date(timeIntervalSince1970: 3600) }
    let found = await check.check().flatMap(\.findings)
    #expect(found.first?.message == "missing" && found.count == 2)
    #expect(found.last?.file == wanted.anchor)
    let words = found.last?.message ?? ""
    #expect(
      words.hasPrefix("the anchor kubernetes not yet valid: the clock reads 1970-01-01T01:00:00Z, before"), "\(words)")
    #expect(words.hasSuffix("is the clock wrong?"))
  }

  @Test("a missing file, certificate or anchor, is named with its path")
  func missing() async throws {
    let wanted = PKIManifest.Certificate(
      name: "kubelet", path: "\(node.path)/absent.pem", anchor: "\(node.path)/no-anchor.pem", usage: .client)
    var check = PKIReady(PKIManifest(certificates: [wanted]))
    #expect(
      await check.check() == [
        ReadinessStatus(
          name: "kubelet", path: wanted.path,
          findings: [
            Finding(.error, "missing", file: wanted.path), Finding(.error, "missing", file: wanted.anchor),
          ])
      ])
  }

  @Test("a private key that everyone may read is refused")
  func worldReadableKey() async throws {
    let path = try node.write(pki.bundle("client"), to: "open.pem", mode: 0o644)
    #expect(try await faults(pki.bundle("client")) { $0.path = path } == ["everyone may read its private key"])
  }

  @Test("a secret has to be a file, with something in it, and not for everyone")
  func secrets() async throws {
    let good = try node.write("x", to: "good", mode: 0o640)
    let open = try node.write("x", to: "open", mode: 0o644)
    let empty = try node.write("", to: "empty")
    let paths = [good, open, empty, node.path, "\(node.path)/absent"]
    var check = PKIReady(PKIManifest(certificates: [], secrets: paths.map { PKIManifest.Secret(path: $0) }))
    let statuses = await check.check()
    #expect(statuses.map { $0.findings.map(\.message) }.prefix(3) == [[], ["everyone may read it"], ["empty"]])
    #expect(statuses[3].findings.map(\.message).contains("not a regular file"))
    #expect(statuses[4].findings.map(\.message) == ["missing"])
  }

  @Test(
    "what does not change is verified once; a replaced file, a chmod and the end of validity are seen at the next look")
  func cheap() async throws {
    let clock = WallClock()
    let path = try node.write(pki.bundle("sibling", chain: "etcd-chain.pem"), to: "kubelet.pem")
    let anchor = try node.write(pki.text("kubernetes-anchor.pem"), to: "anchor.pem", mode: 0o644)
    let wanted = PKIManifest.Certificate(name: "kubelet", path: path, anchor: anchor, usage: .client)
    var check = PKIReady(PKIManifest(certificates: [wanted])) { clock.now }
    var first = await check.check()
    for _ in 0..<100 {
      clock.now += 1
      let again = await check.check()
      #expect(again == first)
    }
    #expect(check.verifications == 1)

    try node.write(pki.bundle("client"), to: "kubelet.pem")
    first = await check.check()
    #expect(first.allSatisfy { $0.isReady })
    #expect(check.verifications == 2)

    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    #expect(await check.check().flatMap(\.findings).map(\.message) == ["everyone may read its private key"])
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    #expect(await check.check().allSatisfy { $0.isReady })

    clock.now += 40 * 86_400
    #expect(await check.check().flatMap(\.findings).map(\.message).first?.hasPrefix("expired at") == true)
    clock.now -= 40 * 86_400
    #expect(await check.check().allSatisfy { $0.isReady })
    try FileManager.default.removeItem(atPath: path)
    #expect(await check.check().flatMap(\.findings).map(\.message) == ["missing"])
  }
}

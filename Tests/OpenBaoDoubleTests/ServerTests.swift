import Foundation
import TestSupport
import Testing

@testable import OpenBaoDouble

/// One server with the rendered configuration. The statuses and texts are those of OpenBao 2.6.2, asked the same.
@Suite("OpenBao's double: a server", .serialized)
struct ServerTests {
  private func started(_ master: RenderedMaster, faults: String? = nil) async throws -> OpenBaoServer {
    let server = try await OpenBaoServer.start(paths: [master.path("conf")], faults: faults)
    let health = await APICaller(master).waitForHealth([200])
    #expect(health == 200)
    return server
  }

  @Test("without self-initialisation it waits, uninitialised")
  func uninitialised() async throws {
    let master = try RenderedMaster()
    try FileManager.default.removeItem(atPath: master.path("conf/self-init.hcl"))
    let server = try await OpenBaoServer.start(paths: [master.path("conf")])
    let caller = APICaller(master)
    #expect(await caller.waitForHealth([501]) == 501)
    #expect(await caller.health("?uninitcode=299") == 299)
    #expect(try await caller.send("GET", "kv/data/a").status == 503)
    #expect(try await caller.send("GET", "sys/init").json == ["initialized": false])
    await server.stop()
  }

  struct Issuing: Sendable {
    var changes: [String: JSONValue]
    var status: Int
    var words: String
  }

  static let issuing: [Issuing] = [
    Issuing(changes: [:], status: 200, words: ""),
    Issuing(
      changes: ["ttl": "87600h"], status: 200,
      words: "TTL \\\"87600h0m0s\\\" is longer than permitted maxTTL \\\"2160h0m0s\\\""),
    Issuing(
      changes: ["common_name": "system:node:worker-2"], status: 400,
      words: "common name system:node:worker-2 not allowed by this role"),
    Issuing(changes: ["common_name": ""], status: 400, words: "the common_name field is required"),
    Issuing(
      changes: ["alt_names": "worker-2"], status: 400, words: "subject alternate name worker-2 not allowed by this role"
    ),
    Issuing(
      changes: ["alt_names": "a.worker-1"], status: 400,
      words: "subject alternate name a.worker-1 not allowed by this role"),
    Issuing(
      changes: ["alt_names": "*.worker-1"], status: 400,
      words: "subject alternate name *.worker-1 not allowed by this role"),
    Issuing(
      changes: ["alt_names": "localhost"], status: 400,
      words: "subject alternate name localhost not allowed by this role"),
    Issuing(
      changes: ["alt_names": "a@b.example"], status: 400, words: "email address a@b.example not allowed by this role"),
    Issuing(
      changes: ["ip_sans": "10.20.0.99"], status: 400,
      words: "the IP address \\\"10.20.0.99\\\" is not allowed in this role"),
    Issuing(changes: ["ip_sans": "nope"], status: 400, words: "the value \\\"nope\\\" is not a valid IP address"),
    Issuing(
      changes: ["uri_sans": "spiffe://x"], status: 400,
      words: "URI Subject Alternative Names are not allowed in this role, but were provided via the API"),
    Issuing(
      changes: ["ttl": "abc"], status: 400,
      words: "Field validation failed: error converting input for field \\\"ttl\\\": time: invalid duration \\\"abc\\\""
    ),
    Issuing(
      changes: ["not_after": "2030-01-01T00:00:00Z"], status: 400,
      words: "not_after_bound is set to forbid. not_after cannot be provided."),
    Issuing(changes: ["user_ids": "root"], status: 400, words: "user_id root is not allowed by this role"),
    Issuing(changes: ["format": "zzz"], status: 400, words: "path parameter must be"),
  ]

  @Test("it initialises itself as rendered; logins, policies and roles hold")
  func initialised() async throws {
    let master = try RenderedMaster()
    let server = try await started(master)
    let caller = APICaller(master)
    #expect(await caller.health("?activecode=299") == 299)
    #expect(await caller.health("?activecode=abc") == 400)
    #expect(try await caller.send("GET", "auth/token/lookup-self").status == 403)
    for (login, role, words) in [
      ("worker", "master", "no chain matching all constraints could be found for this login certificate"),
      ("worker", "zzz", "invalid certificate or no client certificate supplied"),
    ] {
      let reply = try await caller.send("PUT", "auth/cert/login", ["name": .string(role)], login: login)
      #expect(reply.status == 400)
      #expect(reply.json == ["errors": [.string(words)]])
    }
    let bare = try await caller.send("PUT", "auth/cert/login", ["name": "worker"])
    #expect(bare.json == ["errors": ["no client certificate found"]])
    let worker = try await caller.loggedIn("worker", as: "worker")
    for issuing in Self.issuing {
      var body: JSONValue = [
        "common_name": "system:node:worker-1", "exclude_cn_from_sans": "true", "alt_names": "worker-1",
        "ip_sans": "10.20.0.21",
      ]
      for (name, value) in issuing.changes { body[key: name] = value }
      let reply = try await worker.send("PUT", "pki-kubernetes/issue/kubelet-worker-1", body)
      let text = String(decoding: reply.body, as: UTF8.self)
      #expect(reply.status == issuing.status, "\(issuing)")
      #expect(issuing.words.isEmpty || text.contains(issuing.words), "\(issuing): \(text)")
    }
    for path in ["pki-kubernetes/issue/kubelet-worker-2", "pki-kubernetes/issue/kube-admin", "pki-bootstrap/issue/x"] {
      #expect(try await worker.send("PUT", path, ["common_name": "x"]).status == 403)
    }
    #expect(try await worker.send("GET", "kv/data/service-account").status == 403)
    let node = try await caller.loggedIn("login", as: "master")
    let secret = try await node.send("GET", "kv/data/etcd-encryption").json
    #expect(secret[key: "data"][key: "data"] == ["secretbox": "c2VjcmV0Ym94"])
    #expect(try await node.send("PUT", "kv/data/etcd-encryption", ["data": ["a": "b"]]).status == 403)
    await server.stop()
  }

  @Test("what it issues, openssl verifies against the issuer's anchor")
  func verified() async throws {
    let master = try RenderedMaster()
    let server = try await started(master)
    let worker = try await APICaller(master).loggedIn("worker", as: "worker")
    let reply = try await worker.send(
      "PUT", "pki-kubernetes/issue/kubelet-worker-1",
      ["common_name": "system:node:worker-1", "exclude_cn_from_sans": "true", "alt_names": "worker-1"])
    let data = reply.json[key: "data"]
    let leaf = try master.folder.write(data[key: "certificate"].text ?? "", to: "leaf.pem")
    let key = try master.folder.write(data[key: "private_key"].text ?? "", to: "leaf.key")
    let verified = try Command(
      ["openssl", "verify", "-x509_strict", "-CAfile", master.path("anchors/kubernetes.pem"), leaf.path])
    #expect(verified.status == 0, "\(verified.errors)")
    let other = try Command(["openssl", "verify", "-CAfile", master.path("anchors/etcd.pem"), leaf.path])
    #expect(other.status != 0)
    let text = try Command(
      ["openssl", "x509", "-in", leaf.path, "-noout", "-subject", "-ext", "subjectAltName,keyUsage,extendedKeyUsage"]
    ).output
    for wanted in [
      "O = system:nodes, CN = system:node:worker-1", "DNS:worker-1", "Digital Signature",
      "TLS Web Client Authentication",
    ] {
      #expect(text.contains(wanted), "\(text)")
    }
    let publics = try [
      ["openssl", "x509", "-in", leaf.path, "-noout", "-pubkey"], ["openssl", "ec", "-in", key.path, "-pubout"],
    ]
    .map { try Command($0).output }
    #expect(publics[0] == publics[1])
    let list = try await APICaller(master).send("GET", "pki-kubernetes/crl/pem")
    let file = try master.folder.write(String(decoding: list.body, as: UTF8.self), to: "list.pem")
    #expect(
      try Command([
        "openssl", "crl", "-in", file.path, "-noout", "-CAfile", master.path("anchors/kubernetes.pem"), "-verify",
      ])
      .errors.contains("verify OK"))
    await server.stop()
  }

  @Test("a CSR is signed with its key and the URIs that the role allows")
  func signed() async throws {
    let master = try RenderedMaster()
    let server = try await started(master)
    let admin = try await APICaller(master).loggedIn("administrator", as: "administrator")
    #expect(
      try await admin.send(
        "PUT", "pki-platform/roles/agent",
        [
          "allowed_domains": ["w"], "allow_bare_domains": true, "allowed_uri_sans": ["urn:ll:node:*"], "key_type": "ec",
          "max_ttl": "2h", "server_flag": false,
        ]
      ).status == 200)
    for (uri, status) in [("urn:ll:node:abc", 200), ("urn:other", 400)] {
      let csr = try Command([
        "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
        "/dev/null",
        "-subj", "/CN=w", "-addext", "subjectAltName=URI:\(uri)",
      ]).output
      let reply = try await admin.send("PUT", "pki-platform/sign/agent", ["csr": .string(csr)])
      #expect(reply.status == status, "\(String(decoding: reply.body, as: UTF8.self))")
      guard status == 200 else { continue }
      let leaf = try master.folder.write(reply.json[key: "data"][key: "certificate"].text ?? "", to: "signed.pem")
      let text = try Command(["openssl", "x509", "-in", leaf.path, "-noout", "-ext", "subjectAltName"]).output
      #expect(text.contains("URI:urn:ll:node:abc"))
    }
    await server.stop()
  }

  @Test("its data opens with the key that it was stored under, and with no other")
  func sealed() async throws {
    let master = try RenderedMaster()
    try await started(master).stop()
    for name in ["data/vault.db", "data/raft/raft.db"] {
      let text = try master.folder.text(name)
      #expect(!text.contains("c2VjcmV0Ym94") && !text.contains("BEGIN"))
    }
    let key = master.path("run/static-seal.key")
    try Data(repeating: 7, count: 32).write(to: URL(fileURLWithPath: key))
    let wrong = try await OpenBaoServer.start(paths: [master.path("conf")])
    let caller = APICaller(master)
    #expect(await caller.waitForHealth([503]) == 503)
    #expect(try await caller.send("GET", "kv/data/a").json == ["errors": ["Vault is sealed"]])
    await wrong.stop()
    // The same key in hex is the same key.
    let hex = master.desk.sealKey.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    try Data(hex.utf8).write(to: URL(fileURLWithPath: key))
    try await started(master).stop()
  }

  @Test("stopped at any moment, it leaves no port open")
  func stopped() async throws {
    let master = try RenderedMaster()
    try await started(master).stop()
    let ports = try #require(master.ports[master.number])
    for moment in 0..<25 {
      let server = try await OpenBaoServer.start(paths: [master.path("conf")])
      // The cluster's own port is opened some time after the start.
      try await Task.sleep(for: .milliseconds(moment * 8))
      await server.stop()
      try await Task.sleep(for: .milliseconds(50))
      // One that it was just opening it closes as soon as it is open.
      let end = Date().addingTimeInterval(20)
      while !(FreePort.isFree(ports.api) && FreePort.isFree(ports.cluster)), Date() < end {
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(FreePort.isFree(ports.api) && FreePort.isFree(ports.cluster), "stopped after \(moment * 8) ms")
    }
  }

  @Test("a seal's key is rotated with previous_key and sys/rotate/root")
  func rotated() async throws {
    let master = try RenderedMaster()
    try await started(master).stop()
    try FileManager.default.copyItem(
      atPath: master.path("run/static-seal.key"), toPath: master.path("run/previous.key"))
    try Data(repeating: 9, count: 32).write(to: URL(fileURLWithPath: master.path("run/static-seal.key")))
    try master.change("conf/openbao.hcl", "\"not-made-yet\"", to: "\"second\"")
    try master.change(
      "conf/openbao.hcl", "  current_key =",
      to:
        "  previous_key_id = \"not-made-yet\"\n  previous_key = \"file://\(master.path("run/previous.key"))\"\n  current_key ="
    )
    let both = try await started(master)
    let admin = try await APICaller(master).loggedIn("administrator", as: "administrator")
    #expect(try await admin.send("PUT", "sys/rotate/root", [:]).status == 204)
    await both.stop()
    let text = try master.folder.text("conf/openbao.hcl")
    try master.folder.write(
      text.split(separator: "\n").filter { !$0.contains("previous_key") }.joined(separator: "\n") + "\n",
      to: "conf/openbao.hcl")
    try await started(master).stop()
  }

  @Test("an interrupted self-initialisation is never unsealed")
  func interrupted() async throws {
    let master = try RenderedMaster()
    let whole = try master.folder.text("conf/self-init.hcl")
    try master.change("conf/self-init.hcl", "issuer-etcd.pem", to: "none.pem")
    let first = try ServerProcess(master)
    #expect(first.status(within: 30) == 1)
    #expect(
      first.output.contains("initialize.[issuers (1)]: request.[import_etcd (7)]: "), "\(first.output.suffix(500))")
    try master.folder.write(whole, to: "conf/self-init.hcl")
    let second = try ServerProcess(master)
    #expect(second.status(within: 30) == 1)
    #expect(second.output.contains("self-initialization failed: refusing to unseal"))
  }

  @Test("an unknown parameter of a rendered request is refused, where OpenBao only warns")
  func unknownParameter() throws {
    let master = try RenderedMaster()
    try master.change("conf/self-init.hcl", "allowed_organizational_units", to: "allowed_organizational_unitz")
    let server = try ServerProcess(master)
    #expect(server.status(within: 30) == 1)
    #expect(server.output.contains("ignored these unrecognized parameters: [allowed_organizational_unitz]"))
  }

  @Test("faults come on demand and go")
  func faults() async throws {
    let master = try RenderedMaster()
    let faults = try master.folder.write("", to: "faults")
    let server = try await started(master, faults: faults.path)
    let caller = APICaller(master)
    for status in [503, 473, 403, 500] {
      try master.folder.write("pki-kubernetes/ca \(status)\n", to: "faults")
      #expect(try await caller.send("GET", "pki-kubernetes/ca/pem").status == status)
      #expect(await caller.health() == 200)
    }
    try master.folder.write("* redirect=https://127.0.0.2:1\n", to: "faults")
    let redirected = try await caller.send("GET", "pki-kubernetes/ca/pem")
    #expect(
      redirected.status == 307 && redirected.headers["location"] == "https://127.0.0.2:1/v1/pki-kubernetes/ca/pem")
    try master.folder.write("* hang\n", to: "faults")
    await #expect(throws: HTTPSClient.Fault.self) {
      try await caller.send("GET", "pki-kubernetes/ca/pem", timeout: 0.5)
    }
    try master.folder.write("* 500 2\n", to: "faults")
    var statuses: [Int] = []
    for _ in 0..<3 { statuses.append(try await caller.send("GET", "pki-kubernetes/ca/pem").status) }
    #expect(statuses == [500, 500, 200])
    await server.stop()
  }
}

@Suite("OpenBao's double: bao status", .serialized)
struct StatusTests {
  // `bao status --help`: 0 unsealed, 2 sealed, 1 an error; uninitialised counts as sealed.
  @Test("it exits 1 without an answer, 2 before initialisation, 0 unsealed")
  func exits() async throws {
    let master = try RenderedMaster()
    let environment = [
      "BAO_ADDR": master.address, "BAO_CACERT": master.path("anchors/openbao.pem"),
      "BAO_TLS_SERVER_NAME": "master-1.\(RenderedMaster.domain)",
    ]
    func status(_ changes: [String: String] = [:]) throws -> Int32 {
      try Command(
        [BuiltProgram.path("openbao-double"), "status"], environment: environment.merging(changes) { $1 }
      ).status
    }
    #expect(try status() == 1)
    let text = try master.folder.text("conf/self-init.hcl")
    try FileManager.default.removeItem(atPath: master.path("conf/self-init.hcl"))
    let first = try await OpenBaoServer.start(paths: [master.path("conf")])
    #expect(await APICaller(master).waitForHealth([501]) == 501)
    #expect(try status() == 2)
    await first.stop()
    try master.folder.write(text, to: "conf/self-init.hcl")
    let second = try await OpenBaoServer.start(paths: [master.path("conf")])
    #expect(await APICaller(master).waitForHealth([200]) == 200)
    #expect(try status() == 0)
    #expect(try status(["BAO_TLS_SERVER_NAME": "other.example"]) == 1)
    #expect(try status(["BAO_CACERT": master.path("anchors/etcd.pem")]) == 1)
    await second.stop()
  }
}

import Foundation
import Glibc
import TestSupport
import Testing

/// The built programs; `nil` where this run did not build them, or swtpm is missing.
private let programs: URL? = {
  let folder = Bundle.main.bundleURL
  let areThere = ["ll-node", "ll-tpm"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: folder.appendingPathComponent($0).path)
  }
  return areThere && SoftwareTPM.isInstalled ? folder : nil
}()

@Suite("ll-node bootstrap-gate on a TPM and over TLS", .enabled(if: programs != nil), .timeLimit(.minutes(5)))
struct BootstrapCommandTests {
  let pki: TestPKI
  let node: BootstrapNode
  let software: SoftwareTPM

  init() throws {
    pki = try TestPKI.shared.get()
    node = try BootstrapNode()
    software = try SoftwareTPM()
  }

  private func words(_ command: String, _ more: [String]) throws -> [String] {
    let folder = try #require(programs)
    let name = command == "initialised" ? "ll-tpm" : "ll-node"
    return [folder.appendingPathComponent(name).path, command] + more
  }

  private func run(
    _ command: String, _ more: String..., tcti: String? = nil, environment: [String: String] = [:]
  ) throws -> Command {
    // swtpm without a resource manager keeps nothing of a killed process here: only NV commands were sent.
    try Command(
      words(command, more), environment: environment.merging(["LL_TCTI": tcti ?? software.tcti]) { $1 })
  }

  private var anchors: String { pki.folder.appendingPathComponent("kubernetes-anchor.pem").path }

  private func gate(
    _ peers: [String], _ more: String..., tcti: String? = nil, environment: [String: String] = [:]
  ) throws -> Command {
    let arguments =
      [
        "--stanza", node.path("stanza.hcl"), "--out", node.out, "--data", node.data, "--ca", anchors, "--absent",
        node.path("absent"), "--interval", "0.1",
      ] + peers.flatMap { ["--peer", $0] } + more
    return try Command(
      words("bootstrap-gate", arguments), environment: environment.merging(["LL_TCTI": tcti ?? software.tcti]) { $1 })
  }

  @Test("the first boot, its restart, a lost disk, a lost TPM: one cluster")
  func life() throws {
    let second = try HealthServer("501", pki: pki)
    let third = try HealthServer("501", pki: pki)
    let peers = [second.peer("master-2"), third.peer("master-3")]
    #expect(try run("initialised").output == "unset\n")
    let first = try gate(peers)
    #expect(first.status == 0)
    #expect(first.output == "bootstrap-gate: allowed: 2 of 2 peers say that they are not initialised\n")
    #expect(first.errors == "")
    #expect(node.isAllowed)
    // OpenBao is healthy; peers are sealed, as after a power cut.
    try node.addData()
    try second.answer("200")
    let confirmed = try run(
      "bootstrap-confirm", "--data", node.data, "--ca", anchors, "--health", "https://127.0.0.1:1/v1/sys/health",
      "--once")
    #expect(confirmed.status == 3)
    #expect(try run("initialised").output == "unset\n")
    #expect(try !node.names().contains("ll-confirmed"))
    #expect(try run("initialised", "set").output.hasPrefix("set 20"))
    // A lost disk: the TPM remembers, whatever the peers say.
    try FileManager.default.removeItem(atPath: node.data)
    try FileManager.default.createDirectory(atPath: node.data, withIntermediateDirectories: false)
    try second.answer("501")
    let reimaged = try gate(peers)
    #expect(reimaged.status == 0)
    #expect(reimaged.output.hasPrefix("bootstrap-gate: withheld: this TPM remembers"))
    #expect(!node.isAllowed)
    // A lost board and disk: the peers know.
    let board = try SoftwareTPM()
    try third.answer("503")
    let replaced = try gate(peers, tcti: board.tcti)
    #expect(replaced.status == 0)
    #expect(
      replaced.output
        == "bootstrap-gate: withheld: master-3.nodes.example.test is initialised (503): this node joins it\n")
    #expect(!node.isAllowed)
  }

  @Test("a lost board and disk while all peers are down: it waits, says for whom, and goes on when they are back")
  func waiting() throws {
    let second = try HealthServer("close", pki: pki)
    let third = try HealthServer("501", pki: pki)
    let peers = [second.peer("master-2"), third.peer("master-3")]
    let process = Process()
    let output = Pipe()
    let errors = node.path("errors")
    try node.folder.write("", to: "errors")
    let arguments = try words(
      "bootstrap-gate",
      [
        "--stanza", node.path("stanza.hcl"), "--out", node.out, "--data", node.data, "--ca", anchors, "--absent",
        node.path("absent"), "--interval", "0.05",
      ] + peers.flatMap { ["--peer", $0] })
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["timeout", "120", "env", "LL_TCTI=\(software.tcti)"] + arguments
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    try process.run()
    let expected = """
      bootstrap-gate: waiting for 1 of 2: master-2.nodes.example.test
      master-2.nodes.example.test (127.0.0.1:\(second.port)): error: does not answer: its OpenBao must say whether it \
      is initialised

      """
    for _ in 0..<1200 {
      if (try? String(contentsOfFile: errors, encoding: .utf8)) == expected { break }
      Thread.sleep(forTimeInterval: 0.05)
    }
    #expect(try String(contentsOfFile: errors, encoding: .utf8) == expected)
    #expect(process.isRunning && !node.isAllowed)
    try second.answer("429")
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(
      text == "bootstrap-gate: withheld: master-2.nodes.example.test is initialised (429): this node joins it\n")
    #expect(!node.isAllowed)
  }

  @Test("a machine that does not exist yet is waited for until a person declares it absent")
  func absent() throws {
    let second = try HealthServer("501", pki: pki)
    let peers = [second.peer("master-2"), "https://127.0.0.1:1,master-3.nodes.example.test"]
    let waiting = try gate(peers, "--once")
    #expect(waiting.status == 3 && !node.isAllowed)
    #expect(waiting.errors.hasPrefix("bootstrap-gate: waiting for 1 of 2: master-3.nodes.example.test\n"))
    // What is no peer's name is said, with the names that would do.
    try node.folder.write("master-33\n", to: "absent")
    let mistyped = try gate(peers, "--once")
    #expect(mistyped.status == 3 && !node.isAllowed)
    let names = "master-2.nodes.example.test, master-3.nodes.example.test"
    #expect(mistyped.errors.contains("master-33: no such peer; the peers are \(names)"), "\(mistyped.errors)")
    try node.folder.write("master-3\n", to: "absent")
    let vouched = try gate(peers, "--once", "--format", "json")
    #expect(vouched.status == 0 && node.isAllowed)
    #expect(
      vouched.output == """
        {"allowed":true,"gate":"bootstrap-gate","words":"allowed: 1 of 2 peers say that they are not initialised; \
        without master-3.nodes.example.test, which a person declared absent"}

        """)
  }

  @Test("no TPM, or one that does not answer as ours: nothing is allowed, unless the data is a cluster's")
  func noTPM() throws {
    let broken = try gate([], tcti: "swtpm:path=/nowhere")
    #expect(broken.status == 3 && !node.isAllowed)
    #expect(broken.errors.hasPrefix("bootstrap-gate: error: ll-tpm initialised get: exit status 3: "))
    #expect(broken.errors.hasSuffix("\n  ll-tpm doctor says what the TPM lacks\n"))
    try node.addData()
    try node.mark("ll-confirmed")
    let running = try gate([], tcti: "swtpm:path=/nowhere")
    #expect(running.status == 0 && running.errors == "")
  }

  @Test("a wrong command line is 2")
  func usage() throws {
    for peers in [["10.0.0.1:8200,m"], ["https://1.2.3.4:1,m", "https://1.2.3.5:1,m"], ["https://1.2.3.4:1"]] {
      #expect(try gate(peers, "--once").status == 2)
    }
    #expect(try run("bootstrap-confirm", "--data", "x", "--ca", "x", "--health", "https://x/").status == 2)
    #expect(try run("bootstrap-confirm", "--data", "/x", "--ca", "x", "--health", "http://x/").status == 2)
  }

  @Test("confirming waits for OpenBao's health, then keeps the data and sets the TPM; later starts need neither")
  func confirming() throws {
    try node.addData()
    try node.mark("ll-unconfirmed")
    // What is asked here is this node's own address, for which that certificate is not made.
    let health = try HealthServer("200", pki: pki)
    let url = "https://127.0.0.1:\(health.port)/v1/sys/health"
    let untrusted = try run("bootstrap-confirm", "--data", node.data, "--ca", anchors, "--health", url, "--once")
    #expect(untrusted.status == 3)
    #expect(try run("initialised").output == "unset\n")
    let own = try SelfSignedServer()
    let other = try HealthServer("200", bundle: own.bundle)
    let words = [
      "--data", node.data, "--ca", own.certificate, "--health", "https://127.0.0.1:\(other.port)/v1/sys/health",
      "--once",
    ]
    // The data is safe before the TPM is asked.
    let broken = try Command(
      self.words("bootstrap-confirm", words), environment: ["LL_TCTI": "swtpm:path=/nowhere"])
    #expect(broken.status == 3 && broken.errors.hasPrefix("bootstrap-confirm: error: ll-tpm initialised set: "))
    #expect(try node.names().contains("ll-confirmed") && !node.names().contains("ll-unconfirmed"))
    #expect(try run("initialised").output == "unset\n")
    let confirmed = try Command(
      self.words("bootstrap-confirm", words), environment: ["LL_TCTI": software.tcti])
    #expect(confirmed.status == 0, "\(confirmed.errors)")
    #expect(try run("initialised").output.hasPrefix("set "))
    #expect(try node.names().contains("ll-confirmed"))
    let again = try run(
      "bootstrap-confirm", "--data", node.data, "--ca", "/nowhere", "--health", "https://127.0.0.1:1/", "--once")
    #expect(again.status == 0)
    #expect(try gate([]).output.hasPrefix("bootstrap-gate: withheld: OpenBao was healthy"))
  }

  @Test(
    "a mount below the data folder, also of the same file system, ends the wipe before anything in it is deleted",
    .enabled(if: (try? Command(["unshare", "--mount", "true"]).status) == 0))
  func mounted() throws {
    try node.mark("ll-unconfirmed")
    try node.addData()
    let place = node.path("data/raft/mounted")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
    let script = #"mount --bind "$1" "$2" && shift 2 && exec "$@""#
    let arguments = try words(
      "bootstrap-gate",
      ["--stanza", node.path("stanza.hcl"), "--out", node.out, "--data", node.data, "--ca", anchors, "--once"])
    let command = try Command(
      ["unshare", "--mount", "sh", "-c", script, "sh", node.path("outside"), place] + arguments,
      environment: ["LL_TCTI": software.tcti])
    #expect(command.status == 3)
    #expect(
      command.errors == """
        bootstrap-gate: error: \(place) is a mount of its own: nothing in it is deleted
          umount \(place)

        """)
    #expect(try node.folder.text("outside/file") == "precious")
    #expect(!node.isAllowed)
    // Without the mount it goes on.
    #expect(try gate([]).status == 0)
    #expect(try node.names() == ["ll-unconfirmed"] && node.isAllowed)
  }

  // MARK: Killed

  @Test("killed before any call that changes something: never allowed and unmarked, and the next run decides")
  func killed() throws {
    let library = try KillLibrary.shared.get()
    let peer = try HealthServer("501", pki: pki)
    let peers = [peer.peer("master-2")]
    var (kills, late) = (0, 0)
    for at in 1...200 {
      let node = try BootstrapNode()
      try node.mark("ll-unconfirmed")
      try node.addData()
      try FileManager.default.createSymbolicLink(
        atPath: node.path("data/raft/outside"), withDestinationPath: node.path("outside"))
      try node.folder.write(BootstrapNode.anotherRequests, to: "run/self-init.hcl")
      let killed = try sweep(node, peers, library, at)
      #expect(try node.names("outside") == ["file"])
      #expect(try node.names().contains("ll-unconfirmed"))
      if FileManager.default.fileExists(atPath: node.out) {
        let text = try node.folder.text("run/self-init.hcl")
        // Only the very first call has not taken the earlier start's away yet.
        #expect(text == BootstrapNode.requests || at <= 2, "\(at)")
        if text == BootstrapNode.requests { #expect(try node.names() == ["ll-unconfirmed"]) }
      }
      // Without the decision OpenBao's unit does not start it. It comes last: only that it is made durable comes after it.
      if at > 1, FileManager.default.fileExists(atPath: node.path("run/decided")) {
        #expect(node.isAllowed, "\(at)")
        if killed { late += 1 }
      } else {
        #expect(killed, "\(at)")
      }
      let again = try sweep(node, peers, library, 0)
      #expect(!again && node.isAllowed)
      #expect(try node.names() == ["ll-unconfirmed"])
      #expect(try node.names("outside") == ["file"])
      if !killed { break }
      kills += 1
    }
    #expect(late <= 1)
    // Every unlink, the wipe's, two files written and renamed, and what makes them durable.
    #expect(kills >= 15 && kills < 200)
  }

  @Test("killed on the first boot: the folder is marked before OpenBao may start")
  func killedFirst() throws {
    let library = try KillLibrary.shared.get()
    for at in 1...200 {
      let node = try BootstrapNode()
      let killed = try sweep(node, [], library, at)
      if FileManager.default.fileExists(atPath: node.out) {
        #expect(try node.names() == ["ll-unconfirmed"])
        #expect(node.isAllowed)
      }
      #expect(try !sweep(node, [], library, 0) && node.isAllowed)
      if !killed { return }
    }
    Issue.record("it never ran to its end")
  }

  private func sweep(_ node: BootstrapNode, _ peers: [String], _ library: KillLibrary, _ at: Int) throws -> Bool {
    let arguments =
      ["--stanza", node.path("stanza.hcl"), "--out", node.out, "--data", node.data, "--ca", anchors, "--once"]
      + peers.flatMap { ["--peer", $0] }
    let command = try Command(
      library.wrapper(at: at) + words("bootstrap-gate", arguments),
      environment: ["LL_TCTI": software.tcti, "SWIFT_BACKTRACE": "enable=no"])
    #expect(command.status == 0 || command.status == 137, "\(at): \(command.errors)")
    return command.status == 137
  }
}

/// A certificate for 127.0.0.1.
private final class SelfSignedServer {
  private let folder: TemporaryFolder
  let certificate: String
  let bundle: String

  init() throws {
    folder = try TemporaryFolder()
    certificate = folder.url.appendingPathComponent("own.crt").path
    let key = folder.url.appendingPathComponent("own.key").path
    try Command([
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
      "-out", certificate, "-subj", "/CN=own", "-days", "2", "-addext", "subjectAltName=IP:127.0.0.1",
    ]).expectSuccess()
    bundle = try folder.text("own.crt") + folder.text("own.key")
  }
}

extension Command {
  fileprivate func expectSuccess() throws { if status != 0 { throw CocoaError(.executableLoad) } }
}

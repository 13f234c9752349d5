import Diagnostics
import Foundation
import HTTPFetch
import NodeBoot
import Synchronization
import TestSupport
import Testing

@Suite("Bootstrap: what the peers say", .timeLimit(.minutes(5)))
struct BootstrapPeersTests {
  /// Answers by name.
  final class Peers: HTTPFetching {
    let answers: [String: Result<Int, HTTPFetchError>]
    private let seen = Mutex<[String]>([])

    init(_ answers: [String: Result<Int, HTTPFetchError>]) { self.answers = answers }

    var asked: [String] { seen.withLock { $0 } }

    func get(_ url: String, headers: HTTPHeaders, limit: Int) throws(HTTPFetchError) -> HTTPResponse {
      seen.withLock { $0.append(url) }
      let host = url.split(separator: "/")[1].split(separator: ":")[0]
      guard let answer = answers[String(host)] else { throw .badURL(url) }
      return HTTPResponse(status: try answer.get())
    }

    func download(_ request: DownloadRequest, progress: (DownloadProgress) -> Void) throws(HTTPFetchError) -> Download {
      throw .badURL(request.url)
    }
  }

  private static let silent = Result<Int, HTTPFetchError>.failure(.unreachable(url: "u", reason: "after 3 ms"))
  private static let late = Result<Int, HTTPFetchError>.failure(.timedOut(url: "u", reason: "after 5001 ms"))
  private static let forged = Result<Int, HTTPFetchError>.failure(.untrusted(url: "u", reason: "self-signed"))

  private func watch(
    _ answers: [String: Result<Int, HTTPFetchError>], absent: String? = nil
  ) async throws -> (BootstrapPeers, Peers) {
    let folder = try TemporaryFolder()
    if let absent { try folder.write(absent, to: "absent") }
    let session = Peers(answers)
    let peers = answers.keys.sorted().compactMap { BootstrapPeer("https://10.0.0.1:8200,\($0)") }
    var check = BootstrapPeers(
      peers, absent: AbsentPeers(path: folder.url.appendingPathComponent("absent").path), session: session)
    _ = await check.check()
    return (check, session)
  }

  struct Case: Sendable {
    var answers: [String: Result<Int, HTTPFetchError>]
    var absent: String?
    var verdict: BootstrapPeers.Verdict?
  }

  @Test(
    "all must say that they are not initialised; one that is decides; silence is waited for, and excused only by name",
    arguments: [
      Case(answers: [:], verdict: .uninitialised(0, absent: [])),
      Case(answers: ["m2": .success(501), "m3": .success(501)], verdict: .uninitialised(2, absent: [])),
      Case(answers: ["m2": .success(501), "m3": .success(200)], verdict: .initialised(name: "m3", status: 200)),
      Case(answers: ["m2": .success(429), "m3": silent], verdict: .initialised(name: "m2", status: 429)),
      Case(answers: ["m2": silent, "m3": .success(472)], verdict: .initialised(name: "m3", status: 472)),
      Case(answers: ["m2": forged, "m3": .success(473)], verdict: .initialised(name: "m3", status: 473)),
      Case(answers: ["m2": .success(503), "m3": .success(501)], verdict: .initialised(name: "m2", status: 503)),
      Case(answers: ["m2": .success(501), "m3": silent]), Case(answers: ["m2": .success(501), "m3": late]),
      Case(answers: ["m2": .success(501), "m3": forged]), Case(answers: ["m2": .success(501), "m3": .success(404)]),
      Case(answers: ["m2": .success(501), "m3": .success(500)]), Case(answers: ["m2": .success(302)]),
      Case(
        answers: ["m2": .success(501), "m3": silent], absent: "# not racked\nm3 # until May\n\n",
        verdict: .uninitialised(1, absent: ["m3"])),
      Case(answers: ["m2": late, "m3": silent], absent: "m3\nm2\n", verdict: .uninitialised(0, absent: ["m2", "m3"])),
      // It does exist after all.
      Case(answers: ["m3": .success(501)], absent: "m3", verdict: .uninitialised(1, absent: [])),
      Case(answers: ["m3": .success(200)], absent: "m3", verdict: .initialised(name: "m3", status: 200)),
      // Somebody answers there, and who it is cannot be told; or OpenBao is broken.
      Case(answers: ["m3": forged], absent: "m3"), Case(answers: ["m3": .success(500)], absent: "m3"),
      // A misspelt name excuses nobody, and is said.
      Case(answers: ["m2": .success(501), "m3": silent], absent: "m33"),
      Case(answers: ["m2": .success(501)], absent: "m33"), Case(answers: ["m2": silent], absent: "M2"),
    ])
  func verdicts(_ example: Case) async throws {
    #expect(try await watch(example.answers, absent: example.absent).0.verdict == example.verdict)
  }

  @Test("each is asked for its health by its certificate's name, and nobody after the first that is initialised")
  func asked() async throws {
    let (_, session) = try await watch(["m2": .success(501), "m3": .success(200), "m4": .success(501)])
    #expect(session.asked == ["https://m2:8200/v1/sys/health", "https://m3:8200/v1/sys/health"])
  }

  @Test("whom it waits for, and why, is said in words that do not change by themselves")
  func words() async throws {
    let session = Peers(["m2": .success(501), "m3": Self.silent, "m4": Self.late, "m5": .success(404)])
    let peers = ["m2", "m3", "m4", "m5"].compactMap { BootstrapPeer("https://10.0.0.1:8200,\($0)") }
    var check = BootstrapPeers(peers, absent: AbsentPeers(path: "/nowhere/absent"), session: session)
    let first = await check.check()
    #expect(
      first.flatMap(\.findings).map(\.description) == [
        "m3 (10.0.0.1:8200): error: does not answer: its OpenBao must say whether it is initialised",
        "m4 (10.0.0.1:8200): error: does not answer in time: its OpenBao must say whether it is initialised",
        "m5 (10.0.0.1:8200): error: status 404, which is no answer of OpenBao's health",
      ])
    #expect(await check.check() == first)
  }

  @Test(
    "a peer is an https address with a port, and a name",
    arguments: [
      ("https://10.0.0.1:8200,m.example", true), ("https://[fd00::1]:8200,m", true), ("https://host:1,m", true),
      ("https://10.0.0.1,m", false), ("https://10.0.0.1:8200", false), ("http://10.0.0.1:8200,m", false),
      ("https://10.0.0.1:0,m", false), ("https://10.0.0.1:65536,m", false), ("https://10.0.0.1:+1,m", false),
      ("https://10.0.0.1:8200/,m", false), ("https://10.0.0.1:8200,m,n", false), ("https://10.0.0.1:8200,", false),
      ("https://user@10.0.0.1:8200,m", false), ("https://:8200,m", false), ("https://fd00::1:8200,m", false),
      ("https://10.0.0.1:8200,m/../x", false), ("", false),
    ])
  func parsing(text: String, isPeer: Bool) { #expect((BootstrapPeer(text) != nil) == isPeer) }

  private func look(_ peer: String, anchors: String) async throws -> (BootstrapPeers.Verdict?, String) {
    let peers = try [#require(BootstrapPeer(peer))]
    var check = try BootstrapPeers(peers, anchors: anchors, absent: AbsentPeers(path: "/nowhere/absent"))
    let words = await check.check().flatMap(\.findings).map(\.message).joined()
    return (check.verdict, words)
  }

  // In a process of its own: the environment is every test's and every child's, and who reads it meanwhile may crash.
  @Test("over TLS: the name and the anchors must fit, a connection broken off is silence, and no proxy is asked")
  func transport() async {
    await #expect(processExitsWith: .success) {
      let suite = BootstrapPeersTests()
      let pki = try TestPKI.shared.get()
      let anchors = pki.folder.appendingPathComponent("kubernetes-anchor.pem").path
      let server = try HealthServer("501", pki: pki)
      setenv("https_proxy", "http://127.0.0.1:1", 1)
      let good = server.peer("master-2")
      #expect(try await suite.look(good, anchors: anchors).0 == .uninitialised(1, absent: []))
      try server.answer("503")
      #expect(
        try await suite.look(good, anchors: anchors).0
          == .initialised(name: "master-2.nodes.example.test", status: 503))
      try server.answer("302")
      let redirected = try await suite.look(good, anchors: anchors)
      #expect(redirected.0 == nil && redirected.1.hasSuffix("more than 0 redirects"))
      try server.answer("close")
      #expect(try await suite.look(good, anchors: anchors).1.hasPrefix("does not answer: "))
      try server.answer("hang")
      #expect(try await suite.look(good, anchors: anchors).1.hasPrefix("does not answer in time: "))
      try server.answer("501")
      let wrongName = try await suite.look("https://127.0.0.1:\(server.port),master-2.example.org", anchors: anchors)
      #expect(wrongName.0 == nil && wrongName.1.contains("not trusted"))
      let sibling = pki.folder.appendingPathComponent("etcd-anchor.pem").path
      let wrongAnchor = try await suite.look(good, anchors: sibling)
      #expect(wrongAnchor.0 == nil && wrongAnchor.1.contains("not trusted"))
      #expect(try await suite.look(good, anchors: "/nowhere/anchors.pem").0 == nil)
    }
  }
}

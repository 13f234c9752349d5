import Foundation
import HTTPFetch
import Synchronization
import TestSupport
import Testing

@Suite("Requests: redirects, limits, time and trust", .timeLimit(.minutes(5)))
struct CurlSessionTests {
  let server: TestServer
  let id = UUID().uuidString

  init() throws { server = try TestServer.shared.get() }

  @Test("an answer has status, header fields without regard to case, and its body")
  func answer() throws {
    let response = try TestServer.session().get(server.url("content/500", id: id))
    #expect(response.status == 200)
    #expect(response.headers["etag"] == "\"v1\"")
    #expect(response.headers["CONTENT-LENGTH"] == "500")
    #expect(response.body == TestServer.content(500))
  }

  @Test("any status is an answer", arguments: [204, 304, 404, 500])
  func statuses(code: Int) throws {
    #expect(try TestServer.session().get(server.url("status/\(code)", id: id)).status == code)
  }

  @Test("header fields are sent as given, and one that would be two is refused")
  func headers() throws {
    let url = server.url("echo", id: id)
    let body = try TestServer.session().get(url, headers: ["brief": "true", "X-Empty": "a b"]).body
    let echoed = try JSONDecoder().decode([String: String].self, from: Data(body))
    #expect(echoed["brief"] == "true")
    #expect(echoed["x-empty"] == "a b")
    #expect(echoed["user-agent"] == "low-layer-node")
    #expect(echoed["accept-encoding"] == nil)
    #expect(throws: HTTPFetchError.self) { try TestServer.session().get(url, headers: ["a": "b\r\nc: d"]) }
  }

  @Test("a body longer than the limit is refused", arguments: ["content/5000", "chunked/5000"])
  func limit(path: String) throws {
    let url = server.url(path, id: id)
    #expect(throws: HTTPFetchError.tooLong(url: url, limit: 4999)) {
      try TestServer.session().get(url, headers: [:], limit: 4999)
    }
    #expect(try TestServer.session().get(url, headers: [:], limit: 5000).body.count == 5000)
  }

  @Test(
    "what is no http address is not asked for",
    arguments: ["", "file:///etc/passwd", "ftp://a/b", "no scheme", "http://"])
  func badURLs(url: String) {
    #expect(throws: HTTPFetchError.badURL(url)) { try TestServer.session().get(url) }
  }

  @Test("an address with a password in it is refused, and the password is not repeated")
  func password() {
    #expect(throws: HTTPFetchError.badURL("https://…@…")) {
      try TestServer.session().get("https://user:secret@127.0.0.1/")
    }
  }

  @Test("a redirect is followed, and the header fields are those of the last answer")
  func redirect() throws {
    let target = server.url("content/10", id: id)
    let response = try TestServer.session().get(server.url("redirect?to=\(target.encoded)", id: id))
    #expect(response.body == TestServer.content(10))
    #expect(response.headers["location"] == nil)
  }

  @Test("a redirect loop ends")
  func loop() throws {
    let url = server.url("loop", id: id)
    #expect(throws: HTTPFetchError.tooManyRedirects(url: url, limit: 10)) { try TestServer.session().get(url) }
    #expect(try server.requests(id: id).count == 11)
  }

  @Test("a redirect to anything but http is refused", arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x"])
  func redirectElsewhere(target: String) throws {
    let url = server.url("redirect?to=\(target.encoded)", id: id)
    #expect(throws: HTTPFetchError.redirectRefused(url: url, to: target)) { try TestServer.session().get(url) }
  }

  @Test("Authorization stays with the host it was meant for")
  func credentials() throws {
    let same = server.url("redirect?to=\("/echo".encoded)", id: id)
    let other = "http://localhost:\(server.port)/echo?id=\(id)"
    let elsewhere = server.url("redirect?to=\(other.encoded)", id: id)
    for (url, sent) in [(same, "Bearer x"), (elsewhere, nil)] {
      let body = try TestServer.session().get(url, headers: ["Authorization": "Bearer x"]).body
      #expect(try JSONDecoder().decode([String: String].self, from: Data(body))["authorization"] == sent)
    }
  }

  @Test("nobody listening is unreachable, after all attempts")
  func refused() throws {
    let waits = Mutex<[Duration]>([])
    var configuration = CurlSession.Configuration()
    configuration.usesProxy = false
    let session = try CurlSession(configuration) { pause in waits.withLock { $0.append(pause) } }
    do {
      _ = try session.get("http://127.0.0.1:1/")
      Issue.record("nobody was to listen")
    } catch {
      guard case HTTPFetchError.unreachable = error else { throw error }
    }
    let ours: [(Double, Double)] = [(0.25, 0.5), (0.5, 1), (1, 2), (2, 4)]
    let waited = waits.withLock { $0.map { Double($0.components.attoseconds) / 1e18 + Double($0.components.seconds) } }
    #expect(waited.count == ours.count)
    for (wait, bounds) in zip(waited, ours) { #expect(wait >= bounds.0 && wait <= bounds.1) }
  }

  @Test("a name that cannot be resolved is said at every attempt, and the session goes on with other hosts")
  func unresolvable() throws {
    let session = try TestServer.session { $0.retry.attempts = 3 }
    let folder = try TemporaryFolder()
    let url = "http://no-such-host.invalid/file"
    let digest = try server.digest(ofContent: 10)
    for fetch in [
      { _ = try session.get(url) },
      { try session.download(DownloadRequest(url, to: "\(folder.path)/file", expecting: digest)) },
    ] as [() throws -> Void] {
      do {
        try fetch()
        Issue.record("the name was not to be resolved")
      } catch {
        guard case HTTPFetchError.unreachable(url, let reason) = error else { throw error }
        #expect(reason.contains("no-such-host.invalid"))
      }
      #expect(try session.get(server.url("content/10", id: id)).body == TestServer.content(10))
    }
    let there = DownloadRequest(server.url("content/10", id: id), to: "\(folder.path)/file", expecting: digest)
    #expect(try session.download(there).size == 10)
  }

  @Test("Retry-After is waited for, and where it is too long the answer is given at once")
  func retryAfter() throws {
    for (seconds, expected, status) in [(7, [Duration.seconds(7)], 200), (3600, [], 429)] {
      let waits = Mutex<[Duration]>([])
      var configuration = CurlSession.Configuration()
      configuration.usesProxy = false
      let session = try CurlSession(configuration) { pause in waits.withLock { $0.append(pause) } }
      #expect(try session.get(server.url("later/\(seconds)", id: id)).status == status)
      #expect(waits.withLock { $0 } == expected)
    }
  }

  @Test("a server that stalls is given up")
  func stall() throws {
    let url = server.url("stall", id: id)
    let start = ContinuousClock.now
    do {
      _ = try TestServer.session {
        $0.stallTimeout = .seconds(1)
        $0.retry = .once
      }.get(url)
      Issue.record("the server was to stall")
    } catch {
      guard case HTTPFetchError.timedOut = error else { throw error }
    }
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect(throws: HTTPFetchError.self) {
      try TestServer.session {
        $0.totalTimeout = .milliseconds(200)
        $0.retry = .once
      }.get(url)
    }
  }

  private func status(_ host: String, usesProxy: Bool) throws -> Int {
    try TestServer.session {
      $0.usesProxy = usesProxy
      $0.retry = .once
    }.get("http://\(host)/content/10?id=\(id)").status
  }

  // In a process of its own: the environment is every test's and every child's, and who reads it meanwhile may crash.
  @Test("the environment's proxy counts, unless it is turned off or the host is in no_proxy")
  func proxy() async {
    await #expect(processExitsWith: .success) {
      let suite = try CurlSessionTests()
      setenv("http_proxy", "http://\(suite.server.host)", 1)
      setenv("no_proxy", "direct.invalid,127.0.0.1,localhost", 1)
      #expect(try suite.status("proxied.invalid", usesProxy: true) == 200)
      #expect(try suite.server.requests(id: suite.id).map(\.host) == ["proxied.invalid"])
      #expect(throws: HTTPFetchError.self) { try suite.status("direct.invalid", usesProxy: true) }
      #expect(throws: HTTPFetchError.self) { try suite.status("proxied.invalid", usesProxy: false) }
    }
  }

  @Test("TLS is verified against the authorities given, and for the host asked for")
  func trust() throws {
    let folder = try TemporaryFolder()
    try openssl(
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test "
        + "-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem", in: folder.path)
    let secure = try TestServer(certificate: "\(folder.path)/cert.pem", key: "\(folder.path)/key.pem")
    defer { withExtendedLifetime((folder, secure)) {} }
    func session(_ file: String?) throws -> CurlSession {
      try TestServer.session {
        $0.caFile = file
        $0.retry = .once
      }
    }
    let url = secure.url("content/10", id: id, scheme: "https")
    #expect(try session("\(folder.path)/cert.pem").get(url).body == TestServer.content(10))
    for (file, url) in [
      (nil, url), ("\(folder.path)/cert.pem", "https://localhost:\(secure.port)/content/10"),
      ("\(folder.path)/absent.pem", url),
    ] {
      do {
        _ = try session(file).get(url)
        Issue.record("\(url) was trusted with \(file ?? "the system's authorities")")
      } catch {
        guard case HTTPFetchError.untrusted = error else { throw error }
      }
    }

    let plain = server.url("content/10", id: id)
    let downgrade = secure.url("redirect?to=\(plain.encoded)", id: id, scheme: "https")
    #expect(throws: HTTPFetchError.redirectRefused(url: downgrade, to: plain)) {
      try session("\(folder.path)/cert.pem").get(downgrade)
    }
    let upgrade = server.url("redirect?to=\(url.encoded)", id: id)
    #expect(try session("\(folder.path)/cert.pem").get(upgrade).body == TestServer.content(10))
  }

  private func openssl(_ arguments: String, in folder: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}

extension String {
  fileprivate var encoded: String { addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? self }
}

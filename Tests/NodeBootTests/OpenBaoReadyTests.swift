import Diagnostics
import HTTPFetch
import NodeBoot
import Testing

@Suite("OpenBao ready")
struct OpenBaoReadyTests {
  private let url = "https://10.0.0.1:8200/v1/sys/health?standbyok=true"

  @Test(
    "active and standby are ready; sealed, uninitialised, mute and untrusted are not",
    arguments: [
      (.success(200), ""), (.success(429), ""), (.success(473), "a standby that cannot answer for itself (473)"),
      (.success(501), "not initialised (501)"), (.success(503), "sealed (503)"),
      (.success(404), "status 404, which is no answer of OpenBao's health"),
      (.success(302), "status 302, which is no answer of OpenBao's health"),
      (.failure(.unreachable(url: "u", reason: "after 3 ms")), "OpenBao does not answer"),
      (.failure(.timedOut(url: "u", reason: "after 5001 ms")), "OpenBao does not answer in time"),
      (.failure(.untrusted(url: "u", reason: "self-signed")), "u: not trusted: self-signed"),
    ] as [(Result<Int, HTTPFetchError>, String)])
  func answers(answer: Result<Int, HTTPFetchError>, words: String) async {
    let server = CiliumReadyTests.Agent([answer])
    var check = OpenBaoReady(url: url, session: server)
    #expect(await check.check().flatMap(\.findings).map(\.message).joined() == words)
  }

  @Test("plain HTTP is refused: anybody could answer")
  func plain() {
    #expect(throws: HTTPFetchError.badURL("http://10.0.0.1:8200")) {
      try OpenBaoReady(url: "http://10.0.0.1:8200", anchors: "/nowhere.pem")
    }
  }
}

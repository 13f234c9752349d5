import Diagnostics
import HTTPFetch
import NodeBoot
import Synchronization
import Testing

@Suite("Cilium ready")
struct CiliumReadyTests {
  /// Answers with one thing after another and remembers what was asked.
  final class Agent: HTTPFetching {
    private let answers: Mutex<[Result<Int, HTTPFetchError>]>
    private let seen = Mutex<[String]>([])

    init(_ answers: [Result<Int, HTTPFetchError>]) { self.answers = Mutex(answers) }

    var asked: [String] { seen.withLock { $0 } }

    func get(_ url: String, headers: HTTPHeaders, limit: Int) throws(HTTPFetchError) -> HTTPResponse {
      seen.withLock { $0.append("\(url) brief=\(headers["brief"] ?? "")") }
      return HTTPResponse(status: try answers.withLock { $0.removeFirst() }.get())
    }

    func download(_ request: DownloadRequest, progress: (DownloadProgress) -> Void) throws(HTTPFetchError) -> Download {
      throw .badURL(request.url)
    }
  }

  @Test("200 is ready; anything else is not, in words that do not change from look to look")
  func answers() async {
    let agent = Agent([
      .failure(.unreachable(url: "u", reason: "Failed to connect after 3 ms")),
      .failure(.unreachable(url: "u", reason: "Failed to connect after 4 ms")),
      .failure(.timedOut(url: "u", reason: "after 5001 ms")), .success(503), .success(404), .success(200),
    ])
    var check = CiliumReady(url: CiliumReady.defaultURL, session: agent)
    var said: [String] = []
    for _ in 0..<6 { said.append(await check.check().flatMap(\.findings).map(\.message).joined()) }
    #expect(
      said == [
        "the agent does not answer", "the agent does not answer", "the agent does not answer in time",
        "the agent says that it is not healthy (503)", "status 404, which is no answer of a Cilium agent", "",
      ])
    #expect(Set(agent.asked) == ["http://127.0.0.1:9879/healthz brief=true"])
  }

  @Test("an address that is not http is refused")
  func address() {
    #expect(throws: HTTPFetchError.badURL("unix:/run/x")) { try CiliumReady(url: "unix:/run/x") }
  }
}

import Diagnostics
import Foundation
import NIOCore
import NIOPosix
import NodeMetrics
import Synchronization
import TestSupport
import Testing

@testable import NodeAgent

/// Answers that a test can change while they are asked for.
final class ChangingAnswers: Sendable {
  let fault = Mutex<String?>(nil)
  let readiness = Mutex(ServiceAnswers.Readiness(isReady: true, words: "licensed"))
  let asked = Mutex(0)

  var answers: ServiceAnswers {
    ServiceAnswers(
      fault: { self.fault.withLock { $0 } }, readiness: { self.readiness.withLock { $0 } },
      metrics: { format in
        self.asked.withLock { $0 += 1 }
        return Array(format == .openMetrics ? "# EOF\n".utf8 : "up 1\n".utf8)
      },
      status: { .object([.init("asked", .string($0.rawValue)), .init("words", .string("licensed"))]) })
  }
}

@Suite("The agent's HTTP face", .serialized)
struct ServiceHTTPTests {
  private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let said = ChangingAnswers()

  // Blocking programs are waited for on threads of their own: Swift's pool has two.
  private static func curl(_ words: [String]) async throws -> Command {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try Command(["curl", "-sS", "--max-time", "100"] + words, seconds: 120) })
      }
    }
  }

  @discardableResult
  private func serving<Value>(
    patience: TimeAmount = .seconds(60), _ body: (_ url: String, _ port: Int) async throws -> Value
  ) async throws -> Value {
    let address = try #require(LocalAddress("127.0.0.1:0"))
    let server = try await LocalServer.listen(
      at: address, on: Self.group, answering: said.answers, patience: patience)
    do {
      let value = try await body("http://127.0.0.1:\(server.port)", server.port)
      await server.close()
      return value
    } catch {
      await server.close()
      throw error
    }
  }

  @Test(
    "each path answers as curl reads it",
    arguments: [
      (["/healthz"], "200", "text/plain; charset=utf-8", "ok\n"),
      (["/readyz"], "200", "text/plain; charset=utf-8", "licensed\n"),
      (["/readyz?verbose=1"], "200", "text/plain; charset=utf-8", "licensed\n"),
      (["/metrics"], "200", "text/plain; version=0.0.4; charset=utf-8", "up 1\n"),
      (
        ["/metrics", "-H", "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"], "200",
        "application/openmetrics-text; version=1.0.0; charset=utf-8", "# EOF\n"
      ),
      (
        ["/metrics", "-H", "Accept: application/openmetrics-text;q=0,*/*"], "200",
        "text/plain; version=0.0.4; charset=utf-8", "up 1\n"
      ),
      (["/"], "404", "text/plain; charset=utf-8", "not found\n"),
      (["/metricsx"], "404", "text/plain; charset=utf-8", "not found\n"),
      (["/metrics", "-d", "x=1"], "405", "text/plain; charset=utf-8", "only GET and HEAD\n"),
      (["/healthz", "-X", "DELETE"], "405", "text/plain; charset=utf-8", "only GET and HEAD\n"),
    ] as [([String], String, String, String)])
  func paths(words: [String], status: String, type: String, body: String) async throws {
    let answer = try await serving { url, _ in
      try await Self.curl([url + words[0], "-w", "\n%{http_code}\n%{content_type}"] + words.dropFirst())
    }
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.output == "\(body)\n\(status)\n\(type)")
  }

  @Test("a loop that hangs and a node without a license are 503, with the words")
  func unwell() async throws {
    said.fault.withLock { $0 = "the agent's loop has not come round for 40 s" }
    said.readiness.withLock { $0 = .init(isReady: false, words: "not licensed: no seat is free") }
    let answers = try await serving { url, _ in
      [
        try await Self.curl([url + "/healthz", "-w", "%{http_code}"]).output,
        try await Self.curl([url + "/readyz", "-w", "%{http_code}"]).output,
      ]
    }
    #expect(
      answers == ["the agent's loop has not come round for 40 s\n503", "not licensed: no seat is free\n503"])
  }

  @Test("HEAD has the head of GET and no body, and a connection serves many requests")
  func head() async throws {
    let answer = try await serving { url, _ in
      try await Self.curl(["-I", url + "/metrics", url + "/metrics", url + "/healthz", "-w", "%{num_connects}\n"])
    }
    #expect(answer.output.components(separatedBy: "content-length: 5\r\n").count == 3)
    #expect(!answer.output.contains("up 1"))
    #expect(answer.output.split(whereSeparator: \.isNewline).filter { $0 == "0" }.count == 2)
  }

  @Test(
    "what is no HTTP is refused, and the server goes on",
    arguments: [
      "\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
      "GET /metrics HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ])
  func garbage(text: String) async throws {
    let (answer, after) = try await serving { url, port in
      (try await Self.raw(port, [text], pause: 0), try await Self.curl([url + "/healthz"]).output)
    }
    #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.1 400"))
    #expect(after == "ok\n")
  }

  @Test("a body is thrown away, and one that is too long ends the connection")
  func body() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(String(repeating: "x", count: 2 << 20), to: "long").path
    let (short, long) = try await serving { url, _ in
      (
        try await Self.curl(["-X", "GET", "--data", "abc", url + "/healthz"]).output,
        try await Self.curl(["-H", "Expect:", "--data-binary", "@\(file)", url + "/healthz"])
      )
    }
    #expect(short == "ok\n")
    #expect(long.status != 0)
  }

  @Test("a connection that says nothing, or a byte now and then, is closed when its time is over")
  func slow() async throws {
    let (silent, slow) = try await serving(patience: .milliseconds(600)) { _, port in
      async let silent = Self.raw(port, [], pause: 0)
      // Longer than its time, and never silent for as long.
      async let slow = Self.raw(port, "GET /healthz HTTP/1.1".map(String.init), pause: 0.2)
      return (try await silent, try await slow)
    }
    // Whoever is not closed waits in vain for an answer, which is an error.
    #expect(silent.isEmpty && slow.isEmpty)
  }

  @Test("more connections than there are places are closed at once, and those within still answered")
  func crowd() async throws {
    try await serving { url, port in
      let held = try (0..<LocalServer.mostConnections).map { _ in try Self.connection(port) }
      // The server has accepted all of them once it closes one more.
      let refused = try await Self.raw(port, ["GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"], pause: 0)
      #expect(refused.isEmpty)
      for descriptor in held { close(descriptor) }
      for _ in 0..<100 {
        if try await Self.curl([url + "/healthz"]).output == "ok\n" { return }
        try await Task.sleep(for: .milliseconds(50))
      }
      Issue.record("the places were not given back")
    }
  }

  @Test("a place that somebody else listens at is an error that names it")
  func taken() async throws {
    let error = try await serving { _, port in
      let address = try #require(LocalAddress("127.0.0.1:\(port)"))
      return await #expect(throws: ServiceError.self) {
        _ = try await LocalServer.listen(at: address, on: Self.group, answering: said.answers)
      }
    }
    #expect(error?.description.hasPrefix("cannot listen at 127.0.0.1:") == true)
  }

  @Test(
    "an address is one of this machine's, with a port",
    arguments: [
      ("127.0.0.1:9465", "127.0.0.1:9465"), ("10.1.2.3:0", "10.1.2.3:0"), ("[::1]:80", "[::1]:80"),
      ("[fd00::1]:9465", "[fd00::1]:9465"), ("0.0.0.0:80", nil), ("[::]:80", nil), ("[0:0::0]:80", nil),
      ("[::0.0.0.0]:80", nil), ("[::ffff:0.0.0.0]:80", nil), ("[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.1]:80"),
      ("[1:2]:80", nil), ("+127.0.0.1:80", nil),
      ("localhost:80", nil), ("127.0.0.1", nil), ("127.0.0.1:", nil), ("127.0.0.1:65536", nil), ("127.0.0:80", nil),
      ("::1:80", nil), ("[fe80::1%eth0]:80", nil), ("127.0.0.1:80x", nil), ("", nil),
    ] as [(String, String?)])
  func address(text: String, expected: String?) {
    #expect(LocalAddress(text)?.description == expected)
  }

  private static func connection(_ port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0)
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    return descriptor
  }

  // What comes back until the other end closes, after these texts were sent with pauses between them.
  private static func raw(_ port: Int, _ texts: [String], pause: TimeInterval) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            let descriptor = try connection(port)
            defer { close(descriptor) }
            for text in texts {
              let bytes = Array(text.utf8)
              _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
              Thread.sleep(forTimeInterval: pause)
            }
            var answer: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 4096)
            while true {
              let count = recv(descriptor, &part, part.count, 0)
              if count < 0, errno != ECONNRESET { throw CocoaError(.fileReadUnknown) }
              if count <= 0 { return String(decoding: answer, as: UTF8.self) }
              answer += part[..<count]
            }
          })
      }
    }
  }
}

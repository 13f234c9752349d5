import Diagnostics
import Foundation
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import NodeAgent

@Suite("The agent's status socket", .serialized)
struct ServiceStatusTests {
  private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let said = ChangingAnswers()
  private let folder: TemporaryFolder
  private var path: String { folder.url.path + "/status.sock" }

  init() throws { folder = try TemporaryFolder() }

  private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }

  @discardableResult
  private func serving<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let server = try await StatusServer.listen(at: path, on: Self.group, answering: said.answers)
    do {
      let value = try await body(path)
      await server.close()
      return value
    } catch {
      await server.close()
      throw error
    }
  }

  private func asked(_ question: StatusQuestion) async throws -> String {
    let path = path
    return String(
      decoding: try await Self.onThread { try StatusClient.ask(question, at: path, seconds: 100) }, as: UTF8.self)
  }

  // Another program's view of the socket: each line sent, each line that came back.
  private static let script = """
    import socket, sys
    asked = socket.socket(socket.AF_UNIX)
    asked.settimeout(100)
    asked.connect(sys.argv[1])
    file = asked.makefile("rwb")
    for line in sys.argv[2:]:
      file.write(line.encode() + b"\\n")
    file.flush()
    for line in sys.argv[2:]:
      print(file.readline().decode().rstrip("\\n"))
    """

  @Test("root gets an answer to each question", arguments: StatusQuestion.allCases)
  func question(_ question: StatusQuestion) async throws {
    guard getuid() == 0 else { return }
    let answer = try await serving { _ in try await asked(question) }
    #expect(answer == "{\"asked\":\"\(question.rawValue)\",\"words\":\"licensed\"}")
  }

  @Test("another program asks in lines of JSON, several on one connection, and gets a line for each")
  func lines() async throws {
    guard getuid() == 0 else { return }
    let words = [#"{"request":"status"}"#, #"{ "later": 1, "request": "explain" }"#, #"{"request":"shutdown"}"#]
    let answer = try await serving { path in
      try await Self.onThread { try Command(["python3", "-c", Self.script, path] + words, seconds: 120) }
    }
    #expect(
      answer.output.split(separator: "\n") == [
        #"{"answer":{"asked":"status","words":"licensed"}}"#, #"{"answer":{"asked":"explain","words":"licensed"}}"#,
        #"{"error":"no question: {\"request\":…} with one of status, explain"}"#,
      ], "\(answer.errors)")
  }

  @Test(
    "what is no question is answered with an error, and the next who asks is answered",
    arguments: ["", "{", "[]", "status", "{\"request\":1}", String(repeating: "x", count: 5000)])
  func wrong(line: String) async throws {
    guard getuid() == 0 else { return }
    let (answer, after) = try await serving { path in
      (
        try await Self.onThread { try Command(["python3", "-c", Self.script, path, line], seconds: 120).output },
        try await asked(.status)
      )
    }
    #expect(answer.hasPrefix("{\"error\":"))
    #expect(after.contains("licensed"))
  }

  @Test("whoever is not root gets no answer, also where the file's mode lets them in")
  func notRoot() async throws {
    guard getuid() == 0 else { return }
    let answers = try await serving { path in
      chmod(folder.url.path, 0o755)
      let closed = try await Self.onThread { try Self.asNobody(path) }
      chmod(path, 0o666)
      return (closed, try await Self.onThread { try Self.asNobody(path) })
    }
    #expect(answers.0.status != 0 && answers.0.errors.contains("PermissionError"), "\(answers.0.errors)")
    #expect(answers.1.output == "{\"error\":\"only root may ask\"}\n")
  }

  private static func asNobody(_ path: String) throws -> Command {
    try Command(
      [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "python3", "-c", script, path,
        #"{"request":"status"}"#,
      ],
      // Root's own python may be where nobody else may look.
      environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], seconds: 120)
  }

  @Test("the socket is root's alone, and goes with the agent")
  func mode() async throws {
    let mode = try await serving { path in
      try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
    #expect(mode == 0o600)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test("an agent that is not running is said to be just that, and what a killed one left is replaced")
  func notRunning() async throws {
    guard getuid() == 0 else { return }
    let path = path
    await #expect(throws: ServiceError.notRunning(path)) { _ = try await asked(.status) }
    let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(left, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
    close(left)
    await #expect(throws: ServiceError.notRunning(path)) { _ = try await asked(.status) }
    #expect(try await serving { _ in try await asked(.status) }.contains("licensed"))
  }

  @Test("a second agent does not take the socket of one that runs")
  func second() async throws {
    try await serving { path in
      await #expect(throws: ServiceError.isTaken(path)) {
        _ = try await StatusServer.listen(at: path, on: Self.group, answering: said.answers)
      }
    }
  }

  @Test("a path that is no place for a socket is an error, and a file that stands there stays")
  func wrongPath() async throws {
    let file = try folder.write("not a socket", to: "status.sock")
    let long = folder.url.path + "/" + String(repeating: "x", count: 108)
    await #expect(throws: ServiceError.path(long)) {
      _ = try await StatusServer.listen(at: long, on: Self.group, answering: said.answers)
    }
    await #expect(throws: ServiceError.self) {
      _ = try await StatusServer.listen(at: path, on: Self.group, answering: said.answers)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == "not a socket")
  }

  @Test("an agent that does not answer is not waited for longer than was said")
  func silent() async throws {
    guard getuid() == 0 else { return }
    let path = path
    let answers = ServiceAnswers(
      fault: { nil }, readiness: { .init(isReady: true, words: "") }, metrics: { _ in [] },
      status: { _ in
        // Cancelled or not, it is over after the test.
        try? await Task.sleep(for: .seconds(30))
        return .null
      })
    let server = try await StatusServer.listen(at: path, on: Self.group, answering: answers)
    let waited = try await Self.onThread {
      let started = ContinuousClock.now
      #expect(throws: ServiceError.silent(path)) { try StatusClient.ask(.status, at: path, seconds: 1) }
      return started.duration(to: .now)
    }
    #expect(waited < .seconds(20))
    await server.close()
  }
}

import Foundation
import HTTPFetch
import TestSupport

/// The web server of `Fixtures/server.py`, running for as long as this object lives.
final class TestServer: Sendable {
  let port: Int
  private let process: Process
  private let input: Pipe

  /// One server for all suites; its standard input ends with this process, and with it the server.
  static let shared = Result { try TestServer() }

  init(certificate: String? = nil, key: String? = nil) throws {
    let process = Process()
    let input = Pipe()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Fixtures/server.py")
    process.arguments = ["python3", script.path] + [certificate, key].compactMap { $0 }
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw CocoaError(.executableLoad)
    }
    self.port = port
    self.process = process
    self.input = input
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  var host: String { "127.0.0.1:\(port)" }

  /// An address on this server whose requests are counted under `id`.
  func url(_ path: String, id: String, scheme: String = "http") -> String {
    "\(scheme)://\(host)/\(path)\(path.contains("?") ? "&" : "?")id=\(id)"
  }

  struct Request: Decodable, Equatable {
    var path: String
    var range: String
    var ifRange: String
    var host: String
  }

  /// What was asked for under `id`, in order.
  func requests(id: String) throws -> [Request] {
    let body = try TestServer.session().get(url("log", id: id)).body
    return try JSONDecoder().decode([Request].self, from: Data(body))
  }

  /// What Python's hashlib makes of the server's content.
  func digest(_ algorithm: ContentDigest.Algorithm = .sha256, ofContent size: Int) throws -> ContentDigest {
    let body = try TestServer.session().get(url("digest/\(algorithm.rawValue)/\(size)", id: "digest")).body
    guard let digest = ContentDigest(algorithm, hex: String(decoding: body, as: UTF8.self)) else {
      throw CocoaError(.coderReadCorrupt)
    }
    return digest
  }

  /// A session that does not wait between attempts and knows no proxy.
  static func session(_ change: (inout CurlSession.Configuration) -> Void = { _ in }) throws -> CurlSession {
    var configuration = CurlSession.Configuration()
    configuration.usesProxy = false
    change(&configuration)
    return try CurlSession(configuration) { _ in }
  }

  /// The server's content, made here: byte i is (31 i + salt) mod 251.
  static func content(_ size: Int, salt: Int = 7) -> [UInt8] { (0..<size).map { UInt8((31 * $0 + salt) % 251) } }
}

extension TemporaryFolder {
  var path: String { url.path }

  func bytes(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: "\(path)/\(name)").map { Array($0) } }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

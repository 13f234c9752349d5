import Foundation
import Glibc
import HTTPFetch
import NodeBoot
import Synchronization
import TestSupport

/// A master as the gate before self-initialisation sees it: stanza, Raft data, the folder that OpenBao reads, and what lies outside of all that.
final class BootstrapNode: Sendable {
  let folder: TemporaryFolder
  static let requests = "initialize \"logins\" {\n}\n"
  static let anotherRequests = "initialize \"earlier\" {}\n"

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Self.requests, to: "stanza.hcl")
    for name in ["data", "run", "outside"] {
      try FileManager.default.createDirectory(
        at: folder.url.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    try folder.write("precious", to: "outside/file")
  }

  func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  var out: String { path("run/self-init.hcl") }
  var data: String { path("data") }

  /// What OpenBao's Raft storage leaves, as OpenBao 2.6.2 does.
  func addData() throws {
    try folder.write("bolt", to: "data/vault.db")
    try folder.write("log", to: "data/raft/raft.db")
    try folder.write("{}", to: "data/raft/snapshots/2-1700/meta.json")
  }

  func mark(_ name: String) throws { try folder.write("", to: "data/\(name)") }

  /// Whether OpenBao would read the requests, whole.
  var isAllowed: Bool { (try? folder.text("run/self-init.hcl")) == Self.requests }

  /// Every name below `name`, sorted; links are not followed.
  func names(_ name: String = "data") throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path(name)).sorted()
  }

  func gate(_ index: FakeIndex = FakeIndex()) -> BootstrapGate {
    BootstrapGate(stanza: path("stanza.hcl"), out: out, data: data, index: index)
  }
}

/// An NV index `initialised` that is kept here.
final class FakeIndex: InitialisedIndex {
  private let value: Mutex<String?>
  private let count = Mutex(0)

  init(_ value: String? = nil) { self.value = Mutex(value) }

  /// How often it was asked.
  var asked: Int { count.withLock { $0 } }

  func time() throws(BootstrapFault) -> String? {
    count.withLock { $0 += 1 }
    return value.withLock { $0 }
  }

  func set() throws(BootstrapFault) { value.withLock { $0 = $0 ?? "2026-11-21T00:00:00Z" } }
}

/// The server of `Fixtures/health.py` with a certificate for `*.nodes.example.test` of the issuer kubernetes.
final class HealthServer: Sendable {
  let port: Int
  private let process: Process
  private let input: Pipe
  private let folder: TemporaryFolder

  convenience init(_ status: String, pki: TestPKI) throws { try self.init(status, bundle: pki.bundle("server")) }

  /// One with another certificate, chain and key.
  init(_ status: String, bundle: String) throws {
    folder = try TemporaryFolder()
    try folder.write(status, to: "status")
    try folder.write(bundle, to: "server.pem")
    let process = Process()
    let input = Pipe()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Fixtures/health.py")
    let paths = ["server.pem", "status"].map { [folder] in folder.url.appendingPathComponent($0).path }
    process.arguments = ["timeout", "300", "python3", script.path] + paths
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

  /// From now on it answers so.
  func answer(_ status: String) throws { try folder.write(status, to: "status") }

  /// `--peer` for it under a name.
  func peer(_ name: String) -> String { "https://127.0.0.1:\(port),\(name).nodes.example.test" }
}

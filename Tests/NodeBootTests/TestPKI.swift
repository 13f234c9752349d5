import Foundation
import NodeBoot

/// The PKI of `Fixtures/pki.sh`, made once per run by openssl(1).
final class TestPKI: Sendable {
  static let shared = Result { try TestPKI() }

  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("pki-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/pki.sh")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [script.path]
    process.currentDirectoryURL = folder
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    // It is shared by every test of the run, so nobody's end but the run's is its own.
    atexit {
      if case .success(let pki) = TestPKI.shared { try? FileManager.default.removeItem(at: pki.folder) }
    }
  }

  func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  /// Leaf, chain and key as one file's text.
  func bundle(_ leaf: String, chain: String = "kubernetes-chain.pem", key: String? = nil) throws -> String {
    try text("\(leaf).crt") + text(chain) + text("\(key ?? leaf).key")
  }
}

/// A node's folder of its own, removed with this object.
final class NodeFolder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("node-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, replacing it by rename, and gives its path.
  @discardableResult
  func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
    let target = "\(path)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: target), options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: target)
    return target
  }
}

/// A clock that stands where it is put.
final class WallClock: @unchecked Sendable {
  // Only one test uses one, on one task at a time.
  var now = Date()
}

import Foundation
import TestSupport

/// `ll-operator-dev run`, again and again on one state.
final class LicenseOperatorProgram: @unchecked Sendable {
  /// What it said happened.
  struct Event: Sendable {
    var kind: String
    var node: String
    var message: String
  }

  /// Where it listens.
  let port: Int
  private let folder: TemporaryFolder
  private let name: String
  private let lock = NSLock()
  // Guarded by `lock`.
  private var running: LicenseProgram?

  init(folder: TemporaryFolder, name: String, port: Int) {
    (self.folder, self.name, self.port) = (folder, name, port)
  }

  /// Where public endorsement keys are registered.
  var endorsementKeys: String { folder.url.appendingPathComponent("\(name)/keys").path }
  /// Its state's file.
  var state: String { folder.url.appendingPathComponent("\(name)/state.json").path }
  /// The file with the key that it signs grants with.
  var grantKey: String { "\(state).grant-key" }
  /// Its state's folder.
  var stateFolder: String { folder.url.appendingPathComponent(name).path }

  /// Starts it, behind the words of `wrapper`.
  @discardableResult
  func start(_ wrapper: [String] = []) throws -> LicenseProgram {
    let program = try LicenseProgram(
      wrapper + [
        BuiltProgram.path("ll-operator-dev"), "run", "--config",
        folder.url.appendingPathComponent("\(name).conf").path,
      ], log: folder.url.appendingPathComponent("\(name).log"))
    lock.withLock { running = program }
    return program
  }

  /// Kills it.
  func end() {
    let program = lock.withLock {
      defer { running = nil }
      return running
    }
    program?.end()
  }

  /// Everything that it said, over all its lives.
  var said: String { (try? folder.text("\(name).log")) ?? "" }

  /// What it said happened, to the node with that name where one is named.
  func events(_ kind: String, _ node: LicenseNode? = nil) -> [Event] {
    said.split(separator: "\n").compactMap { line in
      guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
        object["event"] as? String == kind, node == nil || object["node"] as? String == node?.nodeName
      else { return nil }
      return Event(
        kind: kind, node: object["node"] as? String ?? "", message: object["message"] as? String ?? "")
    }
  }

  /// Its seats, as `ll-operator-dev status` reads them from its state: by node.
  func seats() throws -> [String: [String: Any]] {
    let status = try Command([
      BuiltProgram.path("ll-operator-dev"), "status", "--state", state, "--format", "json",
    ])
    try LicenseUnmet.unless(status.status == 0, "the state is not whole: \(status.errors)")
    let object = try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any]
    let nodes = object?["nodes"] as? [[String: Any]] ?? []
    return Dictionary(nodes.map { ($0["node"] as? String ?? "", $0) }) { $1 }
  }
}

import Foundation
import TestSupport

/// What of a config's files the first boot needs, on a disk of its own, and a folder in memory for what the TPM
/// releases.
final class BootedNode {
  let node: String
  private let disk: TemporaryFolder
  private let memory: URL
  private let desk: ExampleDesk

  static let bundles = ["openbao", "login"]

  /// The node called `node` with the config that the desk has built for it.
  init(_ node: String, _ desk: ExampleDesk) throws {
    self.node = node
    self.desk = desk
    disk = try TemporaryFolder()
    memory = URL(fileURLWithPath: "/dev/shm/ll-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: memory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    for bundle in bundles {
      try FileManager.default.createDirectory(
        at: memory.appendingPathComponent(bundle), withIntermediateDirectories: false)
      for name in ["sealed/\(bundle).pem", "sealed/\(bundle).json"] {
        try disk.write(try config("/etc/ll/\(name)"), to: name)
      }
      let manifest = try config("/etc/ll/release/\(bundle).conf")
      try disk.write(
        manifest.replacingOccurrences(of: "/etc/ll", with: disk.url.path).replacingOccurrences(
          of: "/run/ll", with: memory.path), to: "release/\(bundle).conf")
    }
    try disk.write(try config("/etc/ll/release-key.pem"), to: "release-key.pem")
  }

  deinit { try? FileManager.default.removeItem(at: memory) }

  /// The bundles that it has.
  var bundles: [String] { node.hasPrefix("master") ? Self.bundles : ["login"] }

  /// What the config puts at `path`.
  func config(_ path: String) throws -> String {
    try desk.tool(BuiltProgram.path("ll-bootimage"), "show", desk.path("out/\(node).ign"), "--path", path)
  }

  /// Whether the config puts anything at `path`.
  func hasConfig(_ path: String) throws -> Bool {
    try desk.bare(["show", desk.path("out/\(node).ign"), "--path", path]).status == 0
  }

  /// Boots with the TPM of `other`, or its own: `ll-tpm import` and `ll-tpm unseal` of every bundle, as the units do.
  func boot(on other: String? = nil, only bundle: String? = nil) throws -> Command {
    let program = BuiltProgram.path("ll-tpm")
    let lines = (bundle.map { [$0] } ?? bundles).map { name in
      let manifest = disk.url.appendingPathComponent("release/\(name).conf").path
      return "'\(program)' import --manifest '\(manifest)' && '\(program)' unseal --manifest '\(manifest)'"
    }
    return try desk.simulated.onNode(other ?? node, ["sh", "-c", lines.joined(separator: " && ")])
  }

  /// What stands in memory: `BUNDLE/NAME`, hidden ones included.
  func released() throws -> [String: Data] {
    var found: [String: Data] = [:]
    for bundle in bundles {
      let folder = memory.appendingPathComponent(bundle)
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
        found["\(bundle)/\(name)"] = try Data(contentsOf: folder.appendingPathComponent(name))
      }
    }
    return found
  }

  /// Everything on its disk.
  func onDisk() throws -> DeskSnapshot { try DeskSnapshot(disk.url.path) }

  /// Puts a file of the desk's in the place of a sealed one.
  func replace(_ name: String, with data: Data) throws { try data.write(to: disk.url.appendingPathComponent(name)) }

  /// Turns one bit of a file on its disk.
  func flip(_ name: String, at offset: Int) throws {
    var data = try Data(contentsOf: disk.url.appendingPathComponent(name))
    data[offset] ^= 1
    try replace(name, with: data)
  }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: disk.url.appendingPathComponent(name)) }
}

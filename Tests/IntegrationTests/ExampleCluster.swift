import Crypto
import Foundation
import TestSupport

/// The example cluster with pins of its own: every download is a small stand-in on a loopback mirror, its hash the stand-in's.
/// Names, units and everything else are the example's.
final class ExampleCluster: Sendable {
  static let nodes = ["master-1", "master-2", "master-3", "worker-1", "worker-2"]
  /// One for all tests of a run.
  static let shared = Result { try ExampleCluster() }

  let folder: TemporaryFolder
  let mirror: LoopbackMirror
  var out: URL { folder.url.appendingPathComponent("out") }
  var clusterFile: String { folder.url.appendingPathComponent("cluster.yaml").path }

  init() throws {
    folder = try TemporaryFolder()
    let served = folder.url.appendingPathComponent("mirror")
    try FileManager.default.createDirectory(at: served, withIntermediateDirectories: true)
    mirror = try LoopbackMirror(of: served)
    for role in ["master", "worker"] {
      let text = try String(
        decoding: Data(contentsOf: SharedFolder.checkout.appendingPathComponent("images/\(role)/image.yaml")),
        as: UTF8.self)
      try folder.write(try Self.withStandIns(text, in: folder), to: "images/\(role)/image.yaml")
    }
    for program in ["ll-tpm", "ll-node", "ll-agent"] {
      try folder.write("stand-in for \(program)\n", to: "artifacts/\(program)")
      try folder.write("stand-in for \(program)\n", to: "mirror/artifacts/\(program)")
    }
    let example = try String(
      decoding: Data(contentsOf: SharedFolder.checkout.appendingPathComponent("clusters/example.yaml")), as: UTF8.self)
    let lines = example.split(separator: "\n", omittingEmptySubsequences: false).filter {
      !$0.hasPrefix("artifacts:") && !$0.hasPrefix("mirror:")
    }
    try folder.write("mirror: \(mirror.address)\n" + lines.joined(separator: "\n"), to: "cluster.yaml")
    try seal()
    let build = try Command([
      BuiltProgram.path("ll-bootimage"), "build", "--cluster", clusterFile, "--out", out.path, "--spec", "3.3.0",
      "--bootstrap", "--artifacts", folder.url.appendingPathComponent("artifacts").path,
    ])
    guard build.status == 0 else { throw Failure(text: build.errors) }
  }

  /// A desk with a simulated TPM for each node, to which everything is sealed.
  private func seal() throws {
    let desk = SimulatedDesk(folder: folder, clusterFile: clusterFile)
    try desk.begin()
    for node in ["master-1", "master-2", "master-3", "worker-1", "worker-2"] { try desk.identify(node) }
    try desk.seal(["--bootstrap", "--escrow", "none"])
  }

  struct Failure: Error { var text: String }

  /// `image.yaml` with each file's hash replaced by that of a stand-in, which is put into the mirror under the file's address.
  private static func withStandIns(_ text: String, in folder: TemporaryFolder) throws -> String {
    var url: Substring?
    return try text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let trimmed = line.drop { $0 == " " }
      if trimmed.hasPrefix("url: https://") { url = trimmed.dropFirst("url: https://".count) }
      guard trimmed.hasPrefix("sha256: "), let path = url else { return String(line) }
      url = nil
      let standIn = "stand-in for \(path)\n"
      try folder.write(standIn, to: "mirror/\(path)")
      let hash = SHA256.hash(data: Data(standIn.utf8)).map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }.joined()
      return line.prefix { $0 == " " } + "sha256: \(hash)"
    }.joined(separator: "\n")
  }
}

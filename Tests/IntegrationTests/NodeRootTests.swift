import Foundation
import TestSupport
import Testing

/// Every config of the example cluster in the hands of the real tools: Debian's Ignition, podman's quadlet generator and systemd of
/// Debian 13. What reaches a host another way than as a file of the config is declared, and nothing else is forgiven.
@Suite("The example cluster and the real tools")
struct NodeRootTests {
  static let declared = ["/usr/local/libexec/cri-o-1.36.3/cri-o/bin/crio"]
  private func tool(_ name: String) -> String { SharedFolder.checkout.appendingPathComponent("scripts/\(name)").path }

  @Test("ignition-validate accepts every config at 3.3.0", arguments: ExampleCluster.nodes)
  func validate(node: String) throws {
    let cluster = try ExampleCluster.shared.get()
    let result = try Command([
      tool("real-tools/ignition-validate"), cluster.out.appendingPathComponent("\(node).ign").path,
    ])
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
  }

  @Test(
    "applied by Ignition, converted by quadlet, verified by systemd, ordered as graph says",
    arguments: ExampleCluster.nodes)
  func apply(node: String) throws {
    let cluster = try ExampleCluster.shared.get()
    let work = try TemporaryFolder()
    let root = work.url.appendingPathComponent("root").path
    let generated = work.url.appendingPathComponent("generated").path

    let applied = try Command([
      tool("real-tools/ignition-apply"), cluster.out.appendingPathComponent("\(node).ign").path, root,
    ])
    try #require(applied.status == 0, "\(applied.errors)")
    let program = try work.text("root/usr/local/bin/kubelet")
    #expect(program.hasPrefix("stand-in for dl.k8s.io/"))
    let permissions = try FileManager.default.attributesOfItem(atPath: root + "/usr/local/bin/kubelet")[
      .posixPermissions]
    #expect((permissions as? NSNumber)?.intValue == 0o755)
    #expect(try work.text("root/etc/hostname") == "\(node)\n")

    try Self.compareWithShow(config: cluster.out.appendingPathComponent("\(node).ign").path, root: root)

    let converted = try Command([tool("real-tools/quadlet"), root, generated])
    try #require(converted.status == 0 && !converted.errors.contains("unsupported"), "\(converted.errors)")

    let verified = try Command([tool("real-tools/systemd-verify"), "--generated", generated, root] + Self.declared)
    #expect(verified.status == 0 && verified.errors.isEmpty, "\(verified.errors)")

    let graph = try Command([
      BuiltProgram.path("ll-bootimage"), "graph", "--cluster", cluster.clusterFile, "--node", node, "--bootstrap",
      "--format",
      "json",
    ])
    let chain = try JSONDecoder().decode(Chain.self, from: Data(graph.output.utf8))
    let read = try Command(
      [tool("boot-order"), "--host-unit", "network-online.target", root, generated] + chain.stages.map(\.unit))
    try #require(read.status == 0, "\(read.errors)")
    let order = try JSONDecoder().decode(Order.self, from: Data(read.output.utf8))
    for stage in chain.stages {
      let unit = try #require(order.units[stage.unit], "\(stage.unit) is not on the node")
      #expect(Set(unit.after) == Set(stage.directlyAfter), "\(stage.unit)")
    }
    #expect(order.units.count == chain.stages.count)
  }

  @Test("a wrong byte on the mirror is refused")
  func wrongByte() throws {
    let cluster = try ExampleCluster()
    let kubelet = cluster.folder.url.appendingPathComponent("mirror/dl.k8s.io")
    let files =
      FileManager.default.enumerator(at: kubelet, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
    let target = try #require(files.first { $0.lastPathComponent == "kubelet" })
    var bytes = try Data(contentsOf: target)
    bytes[bytes.startIndex] ^= 1
    try bytes.write(to: target)
    let work = try TemporaryFolder()
    let applied = try Command([
      tool("real-tools/ignition-apply"), cluster.out.appendingPathComponent("worker-1.ign").path,
      work.url.appendingPathComponent("root").path,
    ])
    #expect(applied.status == 1)
    #expect(applied.errors.contains("hash verification failed"), "\(applied.errors)")
  }

  /// What `show` says of every file is what Ignition made of it: mode, size, text.
  private static func compareWithShow(config: String, root: String) throws {
    let shown = try Command([
      BuiltProgram.path("ll-bootimage"), "show", config, "--contents", "--format", "json",
    ])
    let listing = try JSONDecoder().decode(Listing.self, from: Data(shown.output.utf8))
    #expect(listing.files.count > 20)
    for file in listing.files {
      let attributes = try FileManager.default.attributesOfItem(atPath: root + file.name)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == Int(file.mode, radix: 8), "\(file.name)")
      guard let size = file.size else { continue }
      #expect((attributes[.size] as? NSNumber)?.intValue == size, "\(file.name)")
      let made = try String(contentsOfFile: root + file.name, encoding: .utf8)
      #expect(file.contents.compactMap(\.text).joined() == made, "\(file.name)")
    }
  }

  private struct Listing: Decodable {
    var files: [File]
    struct File: Decodable {
      var name: String
      var mode: String
      var size: Int?
      var contents: [Content]
    }
    struct Content: Decodable { var text: String? }
  }

  private struct Chain: Decodable {
    var stages: [Stage]
    struct Stage: Decodable {
      var unit: String
      var directlyAfter: [String]
    }
  }

  private struct Order: Decodable {
    var units: [String: Unit]
    struct Unit: Decodable { var after: [String] }
  }
}

import Diagnostics
import Foundation
import NodeBoot
import Synchronization
import TestSupport

/// A cluster that `Fixtures/kubectl` and `Fixtures/cilium` keep in a folder, and one master's manifest for it.
final class FakeCluster: Sendable {
  let folder: TemporaryFolder
  private let heard = Mutex<[AddOns.Event]>([])

  init(ready: Bool = true, nodes: [String] = ["master-1"]) throws {
    folder = try TemporaryFolder()
    try folder.write("kind: A\n", to: "addons/rbac.yaml")
    try folder.write("kind: B\n", to: "addons/coredns.yaml")
    try folder.write("ipam: {}\n", to: "addons/cilium-values.yaml")
    if ready { try folder.write("", to: "cluster/ready") }
    for node in nodes { try folder.write("", to: "cluster/nodes/\(node)") }
  }

  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures").path

  var path: String { folder.url.path }

  func manifest(state: String = "state", labels: Bool = true) -> String {
    """
    [AddOns]
    Kubeconfig=\(path)/admin.kubeconfig
    Kubectl=\(Self.fixtures)/kubectl
    StateDirectory=\(path)/\(state)/addons
    [Manifest]
    Path=\(path)/addons/rbac.yaml
    [Cilium]
    Program=\(Self.fixtures)/cilium
    ChartDirectory=/chart/cilium
    Version=1.20.0
    Values=\(path)/addons/cilium-values.yaml
    [Manifest]
    Path=\(path)/addons/coredns.yaml

    """
      + (labels
        ? """
        [NodeLabels]
        Node=master-1
        Label=node-role.kubernetes.io/control-plane=
        [NodeLabels]
        Node=worker-1
        Label=node-role.kubernetes.io/worker=
        Label=zone=a

        """ : "")
  }

  /// The add-ons as the master with the state in `state` sees them.
  func addOns(
    state: String = "state", labels: Bool = true, timing: AddOns.Timing = .init(pause: .zero),
    now: @escaping @Sendable () -> Date = { Date() }
  ) throws -> AddOns {
    var report = Report()
    guard let manifest = AddOnManifest(parsing: Array(manifest(state: state, labels: labels).utf8), report: &report)
    else { throw CocoaError(.fileReadCorruptFile) }
    return AddOns(manifest, node: "master-1", timing: timing, now: now) { event in
      self.heard.withLock { $0.append(event) }
    }
  }

  /// What happened since it was last asked.
  func events() -> [AddOns.Event] {
    heard.withLock { events in
      defer { events = [] }
      return events
    }
  }

  /// What was asked since it was last asked that changes anything, without folders and constant flags.
  func changes() throws -> [String] {
    let log = (try? folder.text("log")) ?? ""
    try folder.write("", to: "log")
    return log.split(separator: "\n").map(String.init).compactMap { line in
      guard !line.contains(" get ") else { return nil }
      return line.replacingOccurrences(of: "\(path)/", with: "")
        .replacingOccurrences(of: "--server-side --force-conflicts ", with: "")
    }
  }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }
}

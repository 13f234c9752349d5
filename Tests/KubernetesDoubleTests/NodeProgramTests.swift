import Foundation
import TestSupport
import Testing

@testable import KubernetesDouble

private func built(_ name: String) -> URL? {
  let url = Bundle.main.bundleURL.appendingPathComponent(name)
  return FileManager.default.isExecutableFile(atPath: url.path) ? url : nil
}

@Suite(
  "ll-node against the doubles",
  .enabled(if: RunningEtcd.program != nil && built("ll-node") != nil && built("kubernetes-double") != nil),
  .timeLimit(.minutes(3)))
struct NodeProgramTests {
  /// What it writes to standard output. The servers that it asks are in this process: nothing here may wait.
  private func run(_ words: [String]) async throws -> ChildProcess.Outcome {
    try await ChildProcess.run(
      ["timeout", "--kill-after=5", "120", "sh", "-c", "exec \"$@\" 2> /dev/null", "sh"] + words)
  }

  @Test("ll-node addons applies everything that is rendered, and nothing the second time")
  func addOns() async throws {
    let cluster = try await RunningCluster()
    #expect(try await cluster.ready().status == 200)
    let folder = cluster.node.temporary
    let path = folder.url.path
    let double = try #require(built("kubernetes-double"))
    for name in ["kubectl", "cilium"] {
      try FileManager.default.createSymbolicLink(
        at: folder.url.appendingPathComponent(name), withDestinationURL: double)
    }
    try folder.write("name: cilium\nversion: 1.20.0\n", to: "chart/Chart.yaml")
    for name in ["rbac", "cilium-values", "coredns"] { try cluster.node.write("/etc/kubernetes/addons/\(name).yaml") }
    let manifest = try cluster.node.text("/etc/ll-node/addons.conf")
      .replacing("/usr/local/bin/kubectl", with: "\(path)/kubectl")
      .replacing("/usr/local/libexec/cilium-cli-0.19.7/cilium", with: "\(path)/cilium")
      .replacing("/usr/local/libexec/cilium-chart-1.20.0/cilium", with: "\(path)/chart")
      .replacing("/var/lib/ll/addons", with: "\(path)/state")
    try folder.write(manifest, to: "addons.conf")
    _ = try await cluster.client("kubelet").create(
      .nodes, ["apiVersion": "v1", "kind": "Node", "metadata": ["name": "master-1"]])

    let words = [
      try #require(built("ll-node")).path, "addons", "--manifest", "\(path)/addons.conf", "--node", "master-1",
      "--once",
    ]
    let first = try await run(words)
    #expect(first.status == 0)
    #expect(
      first.output == """
        addons: applying: rbac
        addons: applied: rbac (apply)
        addons: applying: cilium
        addons: applied: cilium (install)
        addons: applying: coredns
        addons: applied: coredns (apply)
        addons: applied: labels-master-1 (label)
        addons: labels are pending: not registered yet: master-2, master-3, worker-1, worker-2
        addons: ready: 5 of 5

        """)
    let admin = try cluster.client("admin")
    let record = try await admin.get(.configMaps, namespace: "kube-system", name: "ll-addons")
    #expect(Set((record["data"].members ?? [:]).keys) == ["rbac", "cilium", "coredns"])
    let second = try await run(words)
    #expect(second.status == 0)
    #expect(!second.output.contains(": applied: "))
    #expect(
      try await admin.get(.configMaps, namespace: "kube-system", name: "ll-addons")["metadata"]["resourceVersion"]
        == record["metadata"]["resourceVersion"])

    // Other values: the same release is upgraded.
    try folder.write(
      try cluster.node.text("/etc/kubernetes/addons/cilium-values.yaml").replacing("replicas: 2", with: "replicas: 1"),
      to: "etc/kubernetes/addons/cilium-values.yaml")
    let third = try await run(words)
    #expect(third.output.contains("addons: applied: cilium (upgrade)"))
    await cluster.stop()
  }

  @Test("ll-node cilium-ready waits for the agent's own word")
  func ciliumReady() async throws {
    let cluster = try await RunningCluster()
    #expect(try await cluster.ready().status == 200)
    let path = cluster.node.temporary.url.path
    let agent = try CiliumAgent(
      environment: ["KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "\(cluster.node.apiPort)"],
      authority: cluster.node.pki.anchors.appendingPathComponent("kubernetes.pem").path, configurationFolder: path,
      log: Log(name: "cilium-agent"))
    let server = try await agent.start(port: 0)
    let words = [
      try #require(built("ll-node")).path, "cilium-ready", "--url", "http://127.0.0.1:\(server.port)/healthz", "--once",
    ]
    #expect(try await run(words).status != 0)
    await agent.connect()
    #expect(try await run(words).status == 0)
    await server.stop()
    await cluster.stop()
  }
}

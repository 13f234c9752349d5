import Foundation
import TestSupport
import Testing

@testable import KubernetesDouble

/// A rendered master's API server double on a real etcd, in this process.
final class RunningCluster: Sendable {
  let node: RenderedNode
  private let etcd: RunningEtcd
  private let server: HTTPServer

  init() async throws {
    var node = try RenderedNode()
    node.etcdPort = try FreePort.take()
    node.apiPort = try FreePort.take()
    self.node = node
    etcd = try await RunningEtcd(node)
    try node.write("/etc/kubernetes/apiserver/authentication.yaml")
    for name in ["admin", "kubelet", "controller-manager", "scheduler"] {
      try node.write("/etc/kubernetes/\(name).kubeconfig")
    }
    try node.write(
      "/etc/kubernetes/kube-vip.kubeconfig",
      as: try node.text("/etc/kubernetes/kube-vip.kubeconfig").replacing(
        "127.0.0.1:6443", with: "127.0.0.1:\(node.apiPort)"))
    let port = node.apiPort
    let words = try node.command("kube-apiserver").map {
      $0.replacing("--secure-port=6443", with: "--secure-port=\(port)")
    }
    server = try await APIServer(try APIServerOptions(words + ["--bind-address=127.0.0.1"])).start()
  }

  var url: String { "https://127.0.0.1:\(node.apiPort)" }

  func kubeconfig(_ name: String) -> String {
    node.temporary.url.appendingPathComponent("etc/kubernetes/\(name).kubeconfig").path
  }

  func client(_ name: String) throws -> KubeClient { try Kubeconfig(kubeconfig(name)).client }

  /// Waits for /readyz; its last answer where that never comes.
  func ready() async throws -> HTTPResponse {
    let client = HTTPClient(anchors: try Kubeconfig(kubeconfig("admin")).anchors, timeout: .seconds(5))
    var last = HTTPResponse.text(0, "")
    for _ in 0..<300 {
      do throws(Refusal) {
        last = try await client.send("GET", "\(url)/readyz?verbose")
        if last.status == 200 { return last }
      } catch {
        last = .text(0, error.message)
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    Issue.record("etcd's last words: \(etcd.lastWords)")
    return last
  }

  func kubectl(_ arguments: String..., input: String = "", as user: String = "admin") async -> Kubectl.Outcome {
    await Kubectl.run(arguments, environment: ["KUBECONFIG": kubeconfig(user)]) { Array(input.utf8) }
  }

  func loseEtcd() async { await etcd.stop() }

  func stop() async {
    await server.stop()
    await etcd.stop()
  }
}

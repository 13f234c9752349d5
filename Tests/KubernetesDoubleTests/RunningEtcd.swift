import Dispatch
import Foundation
import Glibc
import Synchronization
import TestSupport

@testable import KubernetesDouble

/// Debian's etcd with the rendered node's certificates; it goes with this object.
final class RunningEtcd: Sendable {
  static let program: String? = ["/usr/bin/etcd", "/usr/local/bin/etcd"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  private let process: SpawnedProcess
  private let isStopped = Mutex(false)
  private let folder: TemporaryFolder

  /// With a client's port of the caller's choice; its data lives in a folder of its own.
  init(_ node: RenderedNode) async throws {
    folder = try TemporaryFolder()
    let peer = try FreePort.take()
    let client = "https://127.0.0.1:\(node.etcdPort)"
    let pem = node.pki.pki.appendingPathComponent("etcd-server.pem").path
    let anchor = node.pki.anchors.appendingPathComponent("etcd.pem").path
    process = try SpawnedProcess([
      "sh", "-c", "exec \"$@\" > \"$0\" 2>&1", "\(folder.url.path)/log", "timeout", "--kill-after=5", "300",
      Self.program ?? "etcd", "--name=master-1",
      "--data-dir=\(folder.url.path)/data", "--listen-client-urls=\(client)", "--advertise-client-urls=\(client)",
      "--listen-peer-urls=http://127.0.0.1:\(peer)", "--initial-advertise-peer-urls=http://127.0.0.1:\(peer)",
      "--initial-cluster=master-1=http://127.0.0.1:\(peer)", "--client-cert-auth=true", "--cert-file=\(pem)",
      "--key-file=\(pem)", "--trusted-ca-file=\(anchor)",
    ])
  }

  /// The last lines that it wrote.
  var lastWords: String {
    let text = (try? folder.text("log")) ?? ""
    return text.split(separator: "\n").suffix(8).joined(separator: "\n")
  }

  /// Ends it, and waits for its end beside the tests' own threads.
  func stop() async {
    let isFirst = isStopped.withLock { value in
      defer { value = true }
      return !value
    }
    guard isFirst else { return }
    process.send(SIGTERM)
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        _ = self.process.wait()
        continuation.resume()
      }
    }
  }

  deinit {
    if !isStopped.withLock({ $0 }) { process.send(SIGTERM) }
  }
}

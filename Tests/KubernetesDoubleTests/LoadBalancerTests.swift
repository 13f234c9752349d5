import Foundation
import Glibc
import TestSupport
import Testing

@testable import KubernetesDouble

private let haproxy = ["/usr/sbin/haproxy", "/usr/bin/haproxy"].first {
  FileManager.default.isExecutableFile(atPath: $0)
}

@Suite(
  "the rendered haproxy in front of the double", .enabled(if: haproxy != nil && RunningEtcd.program != nil),
  .timeLimit(.minutes(2)))
struct LoadBalancerTests {
  @Test("it finds the API server ready, hands connections through, and takes it out when etcd is gone")
  func rendered() async throws {
    let cluster = try await RunningCluster()
    #expect(try await cluster.ready().status == 200)
    let (api, openbao) = (try FreePort.take(), try FreePort.take())
    let golden = try RenderedNode.golden("/etc/haproxy/haproxy.cfg")
      .replacing("127.0.0.1:7443", with: "127.0.0.1:\(api)").replacing("127.0.0.1:8200", with: "127.0.0.1:\(openbao)")
      .replacing("10.20.0.11:6443", with: "127.0.0.1:\(cluster.node.apiPort)").replacing("10.20.0.", with: "127.0.0.")
    let path = try cluster.node.temporary.write(golden, to: "haproxy.cfg").path
    let process = try SpawnedProcess(["timeout", "--kill-after=5", "90", haproxy ?? "haproxy", "-db", "-f", path])
    let client = HTTPClient(anchors: try Kubeconfig(cluster.kubeconfig("admin")).anchors, timeout: .seconds(3))
    func status() async -> Int {
      do throws(Refusal) {
        return try await client.send("GET", "https://127.0.0.1:\(api)/readyz").status
      } catch {
        return 0
      }
    }
    func becomes(_ wanted: Int) async throws -> Bool {
      for _ in 0..<300 {
        if await status() == wanted { return true }
        try await Task.sleep(for: .milliseconds(100))
      }
      return false
    }
    #expect(try await becomes(200))
    // Long enough for haproxy's own checks to have had their say.
    try await Task.sleep(for: .seconds(3))
    #expect(await status() == 200)
    await cluster.loseEtcd()
    #expect(try await becomes(0))
    process.send(SIGTERM)
    _ = process.wait()
    await cluster.stop()
  }
}

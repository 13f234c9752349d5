import Foundation
import TestSupport
import Testing

@Suite("ll-agent collect, beside a kubelet")
struct KubeletCommandTests {
  /// What `collect` prints as `format` beside a kubelet whose certificate is for `name`, and what the kubelet was
  /// asked.
  private func collect(_ name: String, _ format: String) throws -> (output: String, requests: String) {
    let folder = try TemporaryFolder()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Fixtures/kubelet.sh")
    let command =
      "\(BuiltProgram.path("ll-agent")) collect --format \(format) --node worker-1 --kubelet https://127.0.0.1:$LL_PORT"
      + " --kubelet-anchor ca.pem --kubelet-token-file token"
    let output = try Command(["sh", script.path, folder.url.path, name, "sh", "-c", command])
    #expect(output.status == 0, "\(output.errors)")
    return (output.output, (try? folder.text("requests")) ?? "")
  }

  @Test("conditions, pods and what is unavailable are in every format")
  func everything() throws {
    let (json, requests) = try collect("worker-1", "json")
    #expect(
      requests == """
        /healthz?verbose Bearer sesame
        /pods Bearer sesame
        /stats/summary Bearer sesame
        /metrics/resource Bearer sesame

        """)
    let snapshot = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let conditions = try #require(snapshot["conditions"] as? [[String: String]])
    let byType = Dictionary(uniqueKeysWithValues: conditions.map { ($0["type"] ?? "", $0) })
    #expect(byType["KubeletUnhealthy"]?["status"] == "True")
    #expect(byType["KubeletUnhealthy"]?["message"]?.contains("syncloop") == true)
    #expect(byType["ContainerRuntimeUnhealthy"]?["status"] == "False")
    // Two days are left of its two.
    #expect(byType["CertificateExpiring"]?["status"] == "False")
    #expect(json.contains("nodes/proxy, which is never used"))
    let (prometheus, _) = try collect("worker-1", "prometheus")
    #expect(prometheus.contains("syncloop"))
  }

  @Test("a kubelet of another name is told nothing, and nothing is said of its health")
  func otherName() throws {
    let (json, requests) = try collect("worker-2", "json")
    #expect(requests.isEmpty)
    #expect(json.contains("unverified: its serving certificate is not for worker-1"))
    let snapshot = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let conditions = try #require(snapshot["conditions"] as? [[String: String]])
    #expect(conditions.first { $0["type"] == "KubeletUnhealthy" }?["status"] == "Unknown")
  }
}
